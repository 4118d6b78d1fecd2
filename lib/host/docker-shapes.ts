/** Between the engine's JSON and our own types. */
import type Dockerode from 'dockerode';
import type { ContainerDetail, ContainerSpec, EngineEvent } from './docker-types.ts';

const LOG_LIMITS = { 'max-size': '15m', 'max-file': '3' };

export function createOptions(spec: ContainerSpec): Dockerode.ContainerCreateOptions {
  const network = spec.network;
  const portKey = (port: ContainerSpec['ports'][number]) => `${port.containerPort}/${port.protocol}`;
  const bindings = new Map<string, { HostIp: string; HostPort: string }[]>();
  for (const port of spec.ports) {
    bindings.set(portKey(port), [
      ...(bindings.get(portKey(port)) ?? []),
      { HostIp: port.hostAddress, HostPort: String(port.hostPort) },
    ]);
  }
  return {
    name: spec.name,
    Image: spec.image,
    Cmd: spec.command,
    Labels: spec.labels,
    ...(spec.env === undefined ? {} : { Env: spec.env }),
    ExposedPorts: Object.fromEntries([...bindings.keys()].map((key) => [key, {}])),
    HostConfig: {
      NetworkMode: network.mode === 'bridge' ? network.name : network.mode,
      PortBindings: Object.fromEntries(bindings),
      RestartPolicy: spec.restart ? { Name: 'unless-stopped' } : { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: LOG_LIMITS },
      // A station needs its own ports and nothing else of root's powers.
      CapDrop: ['ALL'],
      CapAdd: ['NET_BIND_SERVICE'],
      SecurityOpt: ['no-new-privileges'],
      ...(spec.openFiles === null
        ? {}
        : { Ulimits: [{ Name: 'nofile', Soft: spec.openFiles, Hard: spec.openFiles }] }),
      ...(spec.pidsLimit === null ? {} : { PidsLimit: spec.pidsLimit }),
      ...(spec.cpus === null ? {} : { NanoCpus: nanoCpus(spec.cpus) }),
      ...(spec.memoryBytes === null ? {} : { Memory: spec.memoryBytes, MemorySwap: spec.memoryBytes * 2 }),
      ...(spec.volume === null
        ? {}
        : {
            Mounts: [
              {
                Type: 'volume' as const,
                Source: spec.volume.name,
                Target: spec.volume.target,
                VolumeOptions: {
                  Labels: spec.volume.labels,
                  NoCopy: false,
                  DriverConfig: { Name: 'local', Options: {} },
                },
              },
            ],
          }),
    },
    ...(network.mode === 'bridge'
      ? {
          NetworkingConfig: {
            EndpointsConfig: { [network.name]: { IPAMConfig: { IPv4Address: network.address } } },
          },
        }
      : {}),
  };
}

/** What `docker inspect` says of a container is what makes it again: its own configuration, and the host's part of it. */
export function optionsAgain(
  name: string,
  inspect: Record<string, unknown>,
): Dockerode.ContainerCreateOptions {
  const { Config, HostConfig, Image } = inspect as unknown as Dockerode.ContainerInspectInfo;
  return {
    ...(Config as Dockerode.ContainerCreateOptions),
    name,
    // By its content: a name may lead to another image meanwhile.
    Image,
    HostConfig,
  };
}

/** CPUs as the engine counts them; null is 0, no limit. */
export function nanoCpus(cpus: number | null): number {
  return cpus === null ? 0 : Math.round(cpus * 1e9);
}

/** A limit of all that the host has is none: that is how one is lifted in place. */
export function toDetail(
  found: Dockerode.ContainerInspectInfo,
  hostSize: { cpus: number; memoryBytes: number },
): ContainerDetail {
  const { State: state, HostConfig: host } = found;
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ''),
    image: found.Config.Image,
    imageId: found.Image,
    state: state.Status,
    pid: state.Pid > 0 ? state.Pid : null,
    exitCode: state.Running ? null : state.ExitCode,
    startedAtMs: timeOf(state.StartedAt),
    createdAtMs: timeOf(found.Created),
    restarts: found.RestartCount,
    oomKilled: state.OOMKilled,
    error: state.Error,
    labels: found.Config.Labels ?? {},
    command: found.Config.Cmd ?? [],
    addresses: addressesOf(found.NetworkSettings.Networks),
    cpus: limitOf((host.NanoCpus ?? 0) / 1e9, hostSize.cpus),
    memoryBytes: limitOf(host.Memory ?? 0, hostSize.memoryBytes),
  };
}

function limitOf(value: number, all: number): number | null {
  return value > 0 && value < all ? value : null;
}

/** The engine writes year 1 for "never". */
export function timeOf(text: string): number | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || ms <= 0 ? null : ms;
}

export function addressesOf(
  networks: Record<string, { IPAddress?: string; IPAMConfig?: { IPv4Address?: string } | null }> | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(networks ?? {}).map(([name, network]) => [
      name,
      network.IPAddress || network.IPAMConfig?.IPv4Address || '',
    ]),
  );
}

export function toEvent(json: string): EngineEvent {
  const event = JSON.parse(json) as {
    Action?: string;
    id?: string;
    timeNano?: number;
    Actor?: { ID?: string; Attributes?: Record<string, string> };
  };
  const attributes = event.Actor?.Attributes ?? {};
  return {
    action: event.Action ?? '',
    containerId: event.Actor?.ID ?? event.id ?? '',
    name: attributes.name ?? '',
    labels: attributes,
    atMs: Math.floor((event.timeNano ?? 0) / 1e6),
  };
}
