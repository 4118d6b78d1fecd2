/**
 * Makes nginx run with a configuration: unchanged? stop; backup; `nginx -t` on a candidate; atomic rename; reload
 * or start; see that it really listens. Any failure puts the old file back, and both errors are told. May be run
 * again after a crash at any point.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../contract/errors.ts';
import { readIfThere } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';
import { findPortOwner } from '../host/port-owner.ts';
import { CommandError } from '../host/run.ts';
import { keepBackup } from './backups.ts';
import { type PortAndProtocol, readListening } from './listening.ts';
import { portsIn } from './live-config.ts';
import { portRefused, refusalOf } from './nginx-message.ts';
import {
  activeWorkers,
  type NginxInstance,
  orphanedWorkers,
  searchMaster,
  signal,
  startNginx,
  testConfig,
} from './nginx-process.ts';

export interface ApplyInput {
  instance: NginxInstance;
  /** The whole file. */
  content: string;
  backupsDir: string;
  now: () => number;
  /** Pids that may hold our ports besides this instance: the master at the path that is being left. */
  friends?: readonly number[];
}

const VERIFY_TIMEOUT_MS = 15_000;
const POLL_MS = 20;

/** @throws AppError balancer_rejected, port_in_use; the old file is back and nginx runs as before */
export async function applyConfig(input: ApplyInput): Promise<{ changed: boolean }> {
  const { instance, content } = input;
  const old = await readIfThere(instance.configPath);
  const master = await searchMaster(instance);
  if (old === content && master !== null && (await missingPorts(portsIn(content))).length === 0)
    return { changed: false };
  await requireFreePorts(input, old, master);
  await mkdir(dirname(instance.configPath), { recursive: true });
  if (old !== content) {
    await keepBackup(input.backupsDir, instance.configPath, input.now());
    await swapIn(instance, content);
  }
  try {
    await bringUp(instance, content, master);
  } catch (error) {
    throw await restored(instance, old, master, error);
  }
  return { changed: true };
}

/**
 * Makes nginx read the file that is there again, whoever wrote it.
 * @throws AppError conflict when nginx does not run, balancer_rejected when the file fails its test
 */
export async function reloadConfig(instance: NginxInstance): Promise<void> {
  const master = await searchMaster(instance);
  if (master === null)
    throw new AppError('conflict', {
      message: 'nginx does not run, so there is nothing to reload.',
      remedy: 'It is started again by itself while the fleet is up.',
    });
  try {
    await testConfig(instance.configPath);
  } catch (error) {
    throw rejected(error, instance.configPath, instance.configPath);
  }
  const content = (await readIfThere(instance.configPath)) ?? '';
  try {
    await bringUp(instance, content, master);
  } catch (error) {
    throw await bringUpFailure(error);
  }
}

/** Asks nginx about `content` beside the live file. @throws AppError balancer_rejected with its words */
export async function tryConfig(instance: NginxInstance, content: string): Promise<void> {
  await mkdir(dirname(instance.configPath), { recursive: true });
  // Not the name of a change's candidate: one may be under way.
  await withCandidate(instance, `${instance.configPath}.test`, content, async () => undefined);
}

/** What nginx has against the file that stands at `path`; null when it would take it. */
export async function findRefusal(path: string): Promise<string | null> {
  try {
    await testConfig(path);
    return null;
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode === undefined) throw error;
    return refusalOf(error.stderr);
  }
}

function swapIn(instance: NginxInstance, content: string): Promise<void> {
  const candidate = `${instance.configPath}.candidate`;
  return withCandidate(instance, candidate, content, () => rename(candidate, instance.configPath));
}

/** Tests beside the live file, so that a refused candidate never stands at its path, and leaves none behind. */
async function withCandidate(
  instance: NginxInstance,
  candidate: string,
  content: string,
  accepted: () => Promise<void>,
): Promise<void> {
  await atomicWrite(candidate, content);
  try {
    await testConfig(candidate);
    await accepted();
  } catch (error) {
    throw rejected(error, candidate, instance.configPath);
  } finally {
    await rm(candidate, { force: true });
  }
}

async function bringUp(instance: NginxInstance, content: string, master: number | null): Promise<void> {
  const ports = portsIn(content);
  const logBefore = (await readIfThere(instance.emergencyLog))?.length ?? 0;
  if (master === null) {
    // Workers of a master that was killed still listen; `reuseport` lets the new ones listen beside them.
    const orphans = await orphanedWorkers(ports);
    await startNginx(instance);
    for (const pid of orphans) signal(pid, 'SIGQUIT');
    await verify(instance, ports, [], logBefore);
    return;
  }
  const before = await activeWorkers(master);
  signal(master, 'SIGHUP');
  await verify(instance, ports, before, logBefore);
}

/**
 * Waits until workers other than `before` take sessions and every port listens. A reload that fails leaves the old
 * workers and a line in the log.
 */
async function verify(
  instance: NginxInstance,
  ports: PortAndProtocol[],
  before: readonly number[],
  logBefore: number,
): Promise<void> {
  const deadline = Date.now() + VERIFY_TIMEOUT_MS;
  for (;;) {
    const log = ((await readIfThere(instance.emergencyLog)) ?? '').slice(logBefore);
    if (isFatal(log)) throw new Error(log);
    const master = await searchMaster(instance);
    const workers = master === null ? [] : await activeWorkers(master);
    const renewed = workers.length > 0 && !workers.some((pid) => before.includes(pid));
    const missing = await missingPorts(ports);
    if (renewed && missing.length === 0) return;
    if (Date.now() > deadline) {
      const what = missing.map(({ port, protocol }) => `${port}/${protocol}`).join(', ');
      throw new Error(
        what === ''
          ? 'nginx did not take up the new configuration in time'
          : `nginx does not listen on ${what}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** nginx tries to bind for 2.5 s and says so each time; only its last word counts. */
function isFatal(log: string): boolean {
  return log.includes('still could not bind') || /\[emerg\](?!.*bind\(\))/.test(log);
}

async function restored(
  instance: NginxInstance,
  old: string | null,
  master: number | null,
  cause: unknown,
): Promise<AppError> {
  const reason = await bringUpFailure(cause);
  try {
    const halfStarted = master === null ? await searchMaster(instance) : null;
    if (halfStarted !== null) signal(halfStarted, 'SIGQUIT');
    if (old === null) await rm(instance.configPath, { force: true });
    else await atomicWrite(instance.configPath, old);
    if (old !== null && master !== null) {
      await testConfig(instance.configPath);
      signal(master, 'SIGHUP');
    }
  } catch (error) {
    const second = error instanceof CommandError ? refusalOf(error.stderr) : String(error);
    return new AppError(reason.code, {
      message: `${reason.message} Going back to the old configuration failed too: ${second}.`,
      remedy: `Look at ${instance.configPath} and run \`nginx -t -c ${instance.configPath}\`.`,
      cause,
    });
  }
  return reason;
}

async function bringUpFailure(cause: unknown): Promise<AppError> {
  if (cause instanceof AppError) return cause;
  const output =
    cause instanceof CommandError
      ? cause.stderr || cause.message
      : cause instanceof Error
        ? cause.message
        : '';
  const message = refusalOf(output);
  const port = portRefused(message);
  if (port !== null)
    return portTaken(port, (await findPortOwner(port, 'tcp')) ?? (await findPortOwner(port, 'udp')));
  return new AppError('balancer_rejected', {
    message: `nginx did not start with the new configuration: ${message}. The old configuration is back.`,
    cause,
  });
}

function rejected(error: unknown, candidate: string, path: string): AppError {
  if (!(error instanceof CommandError)) throw error;
  const said = refusalOf(error.stderr === '' ? error.message : error.stderr).replaceAll(candidate, path);
  return new AppError('balancer_rejected', {
    message: `nginx refused the new configuration: ${said}. The old one stays and nothing was restarted.`,
    remedy: 'The line number is that of the configuration shown on the Balancer page.',
    cause: error,
  });
}

/** Ports that nginx would have to share with a stranger are refused before anything is touched. */
async function requireFreePorts(input: ApplyInput, old: string | null, master: number | null): Promise<void> {
  const held = master === null || old === null ? [] : portsIn(old);
  const isNew = ({ port, protocol }: PortAndProtocol) =>
    !held.some((one) => one.port === port && one.protocol === protocol);
  const wanted = portsIn(input.content).filter(isNew);
  const busy = (await readListening(wanted)).filter(({ listening }) => listening);
  if (busy.length === 0) return;
  const friends = new Set([...(input.friends ?? []), ...(await orphanedWorkers(busy))]);
  for (const one of [...(input.friends ?? []), ...(master === null ? [] : [master])]) {
    friends.add(one);
    for (const worker of await activeWorkers(one)) friends.add(worker);
  }
  for (const { port, protocol } of busy) {
    const owner = await findPortOwner(port, protocol);
    if (owner === null || !friends.has(owner.pid)) throw portTaken(port, owner);
  }
}

function portTaken(port: number, owner: { pid: number; process: string } | null): AppError {
  const who = owner === null ? 'another program' : `${owner.process} (process ${owner.pid})`;
  return new AppError('port_in_use', {
    message: `Port ${port} is taken by ${who}, so the balancer cannot listen there.`,
    remedy:
      owner === null
        ? `Find it with \`ss -lptun 'sport = :${port}'\` and stop it, or choose another port in Settings.`
        : `Stop ${owner.process} or give it another port, or choose another port for the balancer in Settings.`,
  });
}

async function missingPorts(ports: PortAndProtocol[]): Promise<PortAndProtocol[]> {
  return (await readListening(ports)).filter(({ listening }) => !listening);
}
