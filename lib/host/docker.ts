/**
 * The only door to the Docker engine. Answers are our own narrow types; failures are AppErrors that say what to do.
 */
import { PassThrough } from 'node:stream';
import Dockerode from 'dockerode';
import { AppError } from '../contract/errors.ts';
import { engineError, notModified, statusOf } from './docker-errors.ts';
import {
  addressesOf,
  createOptions,
  nanoCpus,
  optionsAgain,
  timeOf,
  toDetail,
  toEvent,
} from './docker-shapes.ts';
import { frames, lines, untilAborted, within } from './docker-streams.ts';
import type { Docker, EngineInfo } from './docker-types.ts';
import { createEngineTurns } from './engine-turns.ts';

export function createDocker(socketPath: string): Docker {
  const engine = new Dockerode({ socketPath });

  async function guarded<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      throw engineError(error);
    });
  }
  /** Null for 404, the engine's "no such thing". */
  async function orNull<T>(work: Promise<T>): Promise<T | null> {
    return work.catch((error: unknown) => {
      if (statusOf(error) === 404) return null;
      throw engineError(error);
    });
  }

  let known: Promise<EngineInfo> | undefined;
  /** What the engine and the host are, asked once; a failed answer is asked for again. */
  function engineOnce(): Promise<EngineInfo> {
    known ??= info().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  }
  const turns = createEngineTurns(async () => (await engineOnce()).version);

  async function info(signal?: AbortSignal): Promise<EngineInfo> {
    // The types do not know that it takes options.
    const ask = engine.info.bind(engine) as (options: { abortSignal?: AbortSignal }) => Promise<unknown>;
    const answer = (await guarded(ask(signal === undefined ? {} : { abortSignal: signal }))) as Record<
      string,
      unknown
    >;
    return {
      version: String(answer.ServerVersion),
      cgroupVersion: String(answer.CgroupVersion ?? '1'),
      rootDir: String(answer.DockerRootDir),
      storageDriver: String(answer.Driver),
      cpus: Number(answer.NCPU),
      memoryBytes: Number(answer.MemTotal),
    };
  }

  return {
    info,
    async listContainers({ all, label }) {
      const filters = label === undefined ? undefined : { label: [label] };
      const list = await guarded(
        engine.listContainers({ all, ...(filters === undefined ? {} : { filters }) }),
      );
      return list.map((item) => ({
        id: item.Id,
        name: (item.Names[0] ?? '').replace(/^\//, ''),
        image: item.Image,
        imageId: item.ImageID,
        state: item.State,
        labels: item.Labels ?? {},
        addresses: addressesOf(item.NetworkSettings?.Networks),
      }));
    },
    async inspectContainer(nameOrId) {
      const found = await orNull(engine.getContainer(nameOrId).inspect());
      return found === null ? null : toDetail(found, await engineOnce());
    },
    inspectRaw: (nameOrId) =>
      orNull(engine.getContainer(nameOrId).inspect()) as Promise<Record<string, unknown> | null>,
    async createAgain(name, inspect) {
      const options = optionsAgain(name, inspect);
      const { Config, Image } = inspect as unknown as Dockerode.ContainerInspectInfo;
      // By its name where that still leads to the same image: then it looks as it did.
      const named = await orNull(engine.getImage(Config.Image).inspect());
      if (named?.Id === Image) options.Image = Config.Image;
      const container = await guarded(engine.createContainer(options));
      return container.id;
    },
    async setRestartPolicy(id, name) {
      await guarded(engine.getContainer(id).update({ RestartPolicy: { Name: name } }));
    },
    async rename(id, name) {
      await guarded(engine.getContainer(id).rename({ name }));
    },
    async create(spec) {
      const container = await guarded(engine.createContainer(createOptions(spec)));
      return container.id;
    },
    async start(id) {
      await turns.take('starting a station', () => notModified(engine.getContainer(id).start()));
    },
    async stop(id, graceSeconds) {
      const stop = () => notModified(engine.getContainer(id).stop({ t: graceSeconds }));
      await turns.take('stopping a station', stop, graceSeconds);
    },
    async unpause(id) {
      await guarded(engine.getContainer(id).unpause());
    },
    async restart(id, graceSeconds) {
      const restart = () => guarded(engine.getContainer(id).restart({ t: graceSeconds }));
      await turns.take('restarting a station', restart, graceSeconds);
    },
    async remove(id, { force }) {
      try {
        await turns.take('removing a station', () => engine.getContainer(id).remove({ force, v: false }));
      } catch (error) {
        const status = statusOf(error);
        if (status === 404) return;
        if (status !== 409 || !/already in progress/.test(String(error))) throw engineError(error);
        // Somebody else's, or an agent's that was killed: until it is done the name is taken.
        await orNull(engine.getContainer(id).wait({ condition: 'removed' }));
      }
    },
    async updateResources(id, { cpus, memoryBytes }) {
      // The engine cannot take a limit away (it ignores 0 and refuses -1), but all that the host has is no limit.
      const host = await engineOnce();
      const memory = memoryBytes ?? host.memoryBytes;
      // Swap follows memory, as at creation: lowering memory alone is refused.
      const update = { NanoCpus: nanoCpus(cpus ?? host.cpus), Memory: memory, MemorySwap: memory * 2 };
      await guarded(engine.getContainer(id).update(update));
    },
    async *logs(id, { tail, follow, signal }) {
      const options = { stdout: true, stderr: true, timestamps: true, tail };
      const container = engine.getContainer(id);
      if (!follow) {
        const whole = (await guarded(container.logs({ ...options, follow: false }))) as unknown as Buffer;
        const stream = new PassThrough();
        stream.end(whole);
        yield* lines(frames(stream));
        return;
      }
      const stream = await guarded(container.logs({ ...options, follow: true, abortSignal: signal }));
      yield* untilAborted(lines(frames(stream as unknown as AsyncIterable<Buffer>)), signal);
    },
    async *events(signal, sinceMs) {
      const filters = { type: ['container'] };
      const stream = await guarded(
        engine.getEvents({
          filters,
          abortSignal: signal,
          ...(sinceMs === undefined ? {} : { since: (sinceMs / 1000).toFixed(3) }),
        } as Dockerode.GetEventsOptions),
      );
      let rest = '';
      for await (const chunk of untilAborted(stream as unknown as AsyncIterable<Buffer>, signal)) {
        const parts = (rest + chunk.toString('utf8')).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) if (part.trim() !== '') yield toEvent(part);
      }
      if (!signal.aborted)
        throw new AppError('engine_unavailable', { message: "The Docker engine's event stream ended." });
    },
    async inspectImage(reference) {
      const image = await orNull(engine.getImage(reference).inspect());
      if (image === null) return null;
      return {
        id: image.Id,
        digest: image.RepoDigests?.[0]?.split('@')[1] ?? null,
        command: image.Config.Cmd ?? [],
        entrypoint: [image.Config.Entrypoint ?? []].flat(),
        user: image.Config.User ?? '',
        createdAtMs: timeOf(image.Created),
        labels: image.Config.Labels ?? {},
      };
    },
    async pullImage(reference, onProgress, signal) {
      try {
        const stream = await engine.pull(reference, { abortSignal: signal });
        await new Promise<void>((resolve, reject) => {
          let last = '';
          engine.modem.followProgress(
            stream,
            (error: Error | null) => (error === null ? resolve() : reject(error)),
            (event: { status?: string; id?: string }) => {
              const line = [event.id, event.status].filter(Boolean).join(': ');
              if (line !== last && /Pull complete|Digest|Status|Pulling from/.test(line)) onProgress(line);
              last = line;
            },
          );
        });
      } catch (cause) {
        signal.throwIfAborted();
        const known = engineError(cause);
        if (known.code === 'engine_unavailable' || known.code === 'disk_full') throw known;
        throw new AppError('image_unavailable', {
          message: `The image ${reference} could not be pulled: ${pullReason(known.message)}`,
          remedy:
            'Check the name and the connection. To try everything without a network: sudo ./conduit up --simulator',
          cause,
        });
      }
    },
    async tagImage(id, name) {
      const colon = name.lastIndexOf(':');
      await guarded(engine.getImage(id).tag({ repo: name.slice(0, colon), tag: name.slice(colon + 1) }));
    },
    async untagImage(name) {
      await orNull(engine.getImage(name).remove());
    },
    async runOnce(image, command, timeoutMs, labels = {}) {
      const created = await guarded(
        engine.createContainer({
          Image: image,
          Cmd: command,
          Labels: labels,
          NetworkDisabled: true,
          HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] },
        }),
      );
      try {
        // The default condition is true of a container that has not started yet.
        const ended = guarded(created.wait({ condition: 'next-exit' }));
        ended.catch(() => undefined);
        await guarded(created.start());
        const exitCode = await within(ended, timeoutMs, `${image} ${command.join(' ')}`);
        const raw = (await guarded(
          created.logs({ stdout: true, stderr: true, follow: false }),
        )) as unknown as Buffer;
        const stream = new PassThrough();
        stream.end(raw);
        let output = '';
        for await (const line of lines(frames(stream), { timestamps: false })) output += `${line.text}\n`;
        return { exitCode, output };
      } finally {
        await created.remove({ force: true }).catch((error: unknown) => {
          if (statusOf(error) !== 404) throw engineError(error);
        });
      }
    },
    async listNetworks() {
      const list = await guarded(engine.listNetworks());
      return list.map((network) => ({
        name: network.Name,
        subnet: network.IPAM?.Config?.[0]?.Subnet ?? null,
        gateway: network.IPAM?.Config?.[0]?.Gateway ?? null,
        labels: network.Labels ?? {},
      }));
    },
    async createNetwork({ name, subnet, gateway, bridge, labels }) {
      await guarded(
        engine.createNetwork({
          Name: name,
          Driver: 'bridge',
          CheckDuplicate: true,
          EnableIPv6: false,
          IPAM: { Driver: 'default', Config: [{ Subnet: subnet, Gateway: gateway }] },
          Options: { 'com.docker.network.bridge.name': bridge },
          Labels: labels,
        }),
      );
    },
    async removeNetwork(name) {
      await orNull(engine.getNetwork(name).remove());
    },
    async listVolumes() {
      const { Volumes } = await guarded(engine.listVolumes());
      return (Volumes ?? []).map((volume) => ({
        name: volume.Name,
        mountpoint: volume.Mountpoint,
        labels: volume.Labels ?? {},
      }));
    },
    async findVolume(name) {
      return (await orNull(engine.getVolume(name).inspect()))?.Mountpoint ?? null;
    },
    async createVolume(name, labels) {
      await guarded(engine.createVolume({ Name: name, Labels: labels }));
      return (await guarded(engine.getVolume(name).inspect())).Mountpoint;
    },
    async removeVolume(name) {
      await orNull(engine.getVolume(name).remove());
    },
  };
}

/** The engine's reason without its preamble, and without the resolver's address. */
function pullReason(message: string): string {
  return message.replace(/^The Docker engine failed: /, '').replace(/ on [0-9a-f.:[\]]+:\d+(?=: )/i, '');
}
