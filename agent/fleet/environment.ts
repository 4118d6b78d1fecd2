/** What a station's container is made from: the image with its dialect, the fleet's networks, the engine's limits. */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { findImageDialect, saveImageDialect } from '../../db/image-dialects.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { DesiredFleet } from '../../lib/contract/fleet.ts';
import { chooseBase, FLEET_LABEL, networkIndexOf, networkSpec, PROBE_LABEL } from '../../lib/fleet/names.ts';
import { byDigest } from '../../lib/fleet/proven-image.ts';
import type { ImageFacts, SpecContext } from '../../lib/fleet/station-spec.ts';
import type { ImageDetail, NetworkDetail } from '../../lib/host/docker-types.ts';
import { readEngineOpenFilesLimit } from '../../lib/host/engine-limits.ts';
import { listUsedNetworks } from '../../lib/host/network-routes.ts';
import { waitUntil } from '../../lib/install/wait-until.ts';
import { type Dialect, readDialect } from '../../lib/stations/dialect.ts';
import type { FleetCore } from './planner.ts';

const PULL_ATTEMPTS = 3;
const PULL_PAUSE_MS = 2000;
const PROBE_TIMEOUT_MS = 20_000;
const ASK_AGAIN_MS = 60_000;
const IN_THE_MAKING_MS = 5000;
/** Stands in where addresses do not matter. */
const UNUSED_BASE = '0.0.0.0';
const DEFAULT_DATA_DIR = '/home/conduit/data';

type EnvironmentDeps = Pick<FleetCore, 'docker' | 'db' | 'now' | 'env'>;
export type ImageDeps = EnvironmentDeps & Pick<FleetCore, 'notStations'>;
type FleetImageDeps = ImageDeps & Pick<FleetCore, 'contentOf'>;

/**
 * What stations of this image are made from: the content that is proven, if it is still on this machine, else what the
 * name leads to now. @returns null when it must be pulled first
 */
export async function findImage(deps: FleetImageDeps, reference: string): Promise<ImageFacts | null> {
  const content = deps.contentOf(reference);
  const kept = content === null ? null : await readImage(deps, reference, content.id);
  return kept ?? (await readImage(deps, reference, reference));
}

/**
 * An image if it is on this machine and its dialect is known or can be asked; null when it is not here.
 * @param name its reference, or the id of its content
 */
export async function readImage(
  deps: ImageDeps,
  reference: string,
  name: string,
): Promise<ImageFacts | null> {
  const image = await deps.docker.inspectImage(name);
  if (image === null) return null;
  const rejected = deps.notStations.get(image.id);
  if (rejected !== undefined && deps.now() < rejected.untilMs) throw rejected.error;
  const dialect = findImageDialect(deps.db, image.id) ?? (await askDialect(deps, reference, image.id));
  const { id, digest, user } = image;
  return { reference, id, digest, dialect, dataDir: dataDirOf(image), user };
}

async function askDialect(deps: ImageDeps, reference: string, id: string): Promise<Dialect> {
  try {
    const labels = { [PROBE_LABEL]: deps.env.prefix };
    const { output } = await deps.docker.runOnce(id, ['start', '--help'], PROBE_TIMEOUT_MS, labels);
    const dialect = readDialect(output, reference);
    saveImageDialect(deps.db, id, dialect, deps.now());
    return dialect;
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code === 'engine_unavailable' || cause.code === 'disk_full')
      throw cause;
    const error =
      cause.code === 'image_unavailable'
        ? cause
        : new AppError('image_unavailable', {
            message: `${reference} could not be asked what it understands: ${cause.message}`,
            remedy: 'Check the image in the settings.',
            cause,
          });
    deps.notStations.set(id, { error, untilMs: deps.now() + ASK_AGAIN_MS });
    throw error;
  }
}

/**
 * The image, pulled when it is not here yet; a network that fails for a moment gets three chances.
 * @throws AppError image_unavailable
 */
export async function ensureImage(
  deps: FleetImageDeps,
  reference: string,
  log: (line: string) => void,
  signal: AbortSignal,
  attempts = PULL_ATTEMPTS,
): Promise<ImageFacts> {
  const present = await findImage(deps, reference);
  if (present !== null) return present;
  await pullProven(deps, reference, log, signal);
  const proven = await findImage(deps, reference);
  if (proven !== null) return proven;
  await pull(deps, reference, log, signal, attempts);
  const pulled = await findImage(deps, reference);
  if (pulled === null)
    throw new AppError('image_unavailable', {
      message: `${reference} was pulled, but the engine does not have it.`,
    });
  return pulled;
}

/** The content that is proven, from the registry, where it may still be while the name leads elsewhere. */
async function pullProven(
  deps: FleetImageDeps,
  reference: string,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const digest = deps.contentOf(reference)?.digest ?? null;
  if (digest === null) return;
  const name = byDigest(reference, digest);
  log(`Pulling ${name}`);
  await deps.docker.pullImage(name, log, signal).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'image_unavailable') throw error;
    log(`${error.message} What ${reference} leads to now is taken instead.`);
  });
}

/** @throws AppError image_unavailable after the last attempt */
export async function pull(
  deps: Pick<ImageDeps, 'docker'>,
  reference: string,
  log: (line: string) => void,
  signal: AbortSignal,
  attempts = PULL_ATTEMPTS,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      log(`Pulling ${reference}${attempt > 1 ? ` (attempt ${attempt} of ${attempts})` : ''}`);
      await deps.docker.pullImage(reference, log, signal);
      break;
    } catch (error) {
      const hopeless =
        !(error instanceof AppError) || error.code !== 'image_unavailable' || attempt >= attempts;
      if (hopeless) throw error;
      log(error.message);
      await delay(PULL_PAUSE_MS * attempt, undefined, { signal });
    }
  }
}

/** Throw-away containers that a crash in the middle of a question left behind. */
export async function removeProbes({ docker, env }: EnvironmentDeps): Promise<void> {
  const left = await docker.listContainers({ all: true, label: `${PROBE_LABEL}=${env.prefix}` });
  for (const { id } of left) await docker.remove(id, { force: true });
}

/** Where the image itself keeps its data: the value of `--data-dir` in its own command. */
function dataDirOf(image: ImageDetail): string {
  const flag = image.command.findIndex((word) => /^(--data-dir|-d)(=|$)/.test(word));
  const word = image.command[flag] ?? '';
  const value = word.includes('=') ? word.slice(word.indexOf('=') + 1) : image.command[flag + 1];
  return flag !== -1 && value?.startsWith('/') ? value : DEFAULT_DATA_DIR;
}

/** First address of the fleet's /16: that of its network, or else one that is free on this host. */
export async function findBase(deps: EnvironmentDeps, desired: DesiredFleet): Promise<string> {
  return desired.settings.networkMode === 'host'
    ? UNUSED_BASE
    : baseAmong(deps, await deps.docker.listNetworks());
}

function baseAmong(deps: EnvironmentDeps, networks: NetworkDetail[]): string {
  const own = findOwnNetwork(deps, networks, 0);
  if (own?.subnet != null) return own.subnet.split('/')[0] ?? '';
  const base = chooseBase([...networks.flatMap((network) => network.subnet ?? []), ...listUsedNetworks()]);
  if (base === null) {
    throw new AppError('host_unsupported', {
      message:
        'No private network is free for the stations: 172.18–30.0.0/16 and 10.200–219.0.0/16 are all in use.',
      remedy: 'Remove a Docker network that is no longer needed with `docker network prune`.',
    });
  }
  return base;
}

/**
 * Makes the bridges the wanted stations need.
 * @returns first address of the /16 they really are in: an agent that was killed may have asked for the first of them
 * with another, and the engine goes on making it when nobody waits for it any more
 */
export async function ensureNetworks(deps: EnvironmentDeps, desired: DesiredFleet): Promise<string> {
  const { docker, env } = deps;
  if (desired.settings.networkMode === 'host') return UNUSED_BASE;
  let networks = await docker.listNetworks();
  for (let index = 0; index <= networkIndexOf(desired.settings.count); index++)
    while (findOwnNetwork(deps, networks, index) === null) {
      const base = baseAmong(deps, networks);
      const spec = { ...networkSpec(env.prefix, index, base), labels: { [FLEET_LABEL]: env.prefix } };
      networks = await docker.createNetwork(spec).then(
        () => docker.listNetworks(),
        (refusal: unknown) => networksAfter(deps, index, base, refusal),
      );
    }
  return baseAmong(deps, networks);
}

/**
 * What there is once it explains why the engine refused: ours, which it does not list while it makes it, or the
 * addresses are somebody else's meanwhile. @throws the refusal when nothing does
 */
async function networksAfter(
  deps: EnvironmentDeps,
  index: number,
  base: string,
  refusal: unknown,
): Promise<NetworkDetail[]> {
  let networks: NetworkDetail[] = [];
  const isExplained = async () => {
    networks = await deps.docker.listNetworks();
    return findOwnNetwork(deps, networks, index) !== null || baseAmong(deps, networks) !== base;
  };
  if (!(await waitUntil(isExplained, IN_THE_MAKING_MS))) throw refusal;
  return networks;
}

/** Removes the fleet's bridges; stations must be gone. */
export async function removeNetworks({ docker, env }: EnvironmentDeps): Promise<void> {
  for (const network of await docker.listNetworks())
    if (network.labels[FLEET_LABEL] === env.prefix) await docker.removeNetwork(network.name);
}

/** @throws AppError conflict when a network that is not ours has the name */
function findOwnNetwork(
  { env }: EnvironmentDeps,
  networks: NetworkDetail[],
  index: number,
): NetworkDetail | null {
  const { name } = networkSpec(env.prefix, index, UNUSED_BASE);
  const found = networks.find((network) => network.name === name) ?? null;
  if (found === null || found.labels[FLEET_LABEL] === env.prefix) return found;
  throw new AppError('conflict', {
    message: `A Docker network that is not ours is called ${name}.`,
    remedy: `Remove it if it is no longer needed: docker network rm ${name}`,
  });
}

export function specContext(
  deps: Pick<FleetCore, 'env' | 'volumes'>,
  image: ImageFacts,
  base: string,
): SpecContext {
  return {
    prefix: deps.env.prefix,
    base,
    volumeOf: deps.volumes.of,
    image,
    openFilesLimit: readEngineOpenFilesLimit(),
    hostCpus: availableParallelism(),
  };
}
