/** What a station's container is made from: the image with its dialect, the fleet's networks, the engine's limits. */
import { availableParallelism } from 'node:os';
import { findImageDialect, saveImageDialect } from '../../db/image-dialects.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { DesiredFleet } from '../../lib/contract/fleet.ts';
import { chooseBase, FLEET_LABEL, networkIndexOf, networkSpec } from '../../lib/fleet/names.ts';
import type { ImageFacts, SpecContext } from '../../lib/fleet/station-spec.ts';
import type { ImageDetail } from '../../lib/host/docker-types.ts';
import { readEngineOpenFilesLimit } from '../../lib/host/engine-limits.ts';
import { listUsedNetworks } from '../../lib/host/network-routes.ts';
import { readDialect } from '../../lib/stations/dialect.ts';
import type { CoreDeps } from '../deps.ts';

const PULL_ATTEMPTS = 3;
const PULL_PAUSE_MS = 2000;
const PROBE_TIMEOUT_MS = 20_000;
const DEFAULT_DATA_DIR = '/home/conduit/data';

type EnvironmentDeps = Pick<CoreDeps, 'docker' | 'db' | 'now' | 'env'>;

/** The image if it is on this machine and its dialect is known or can be asked; null when it must be pulled first. */
export async function findImage(deps: EnvironmentDeps, reference: string): Promise<ImageFacts | null> {
  const image = await deps.docker.inspectImage(reference);
  if (image === null) return null;
  let dialect = findImageDialect(deps.db, image.id);
  if (dialect === null) {
    const { output } = await deps.docker.runOnce(reference, ['start', '--help'], PROBE_TIMEOUT_MS);
    dialect = readDialect(output, reference);
    saveImageDialect(deps.db, image.id, dialect, deps.now());
  }
  return { reference, id: image.id, dialect, dataDir: dataDirOf(image) };
}

/**
 * The image, pulled when it is not here yet; a network that fails for a moment gets three chances.
 * @throws AppError image_unavailable
 */
export async function ensureImage(
  deps: EnvironmentDeps,
  reference: string,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<ImageFacts> {
  const present = await findImage(deps, reference);
  if (present !== null) return present;
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      log(`Pulling ${reference}${attempt > 1 ? ` (attempt ${attempt} of ${PULL_ATTEMPTS})` : ''}`);
      await deps.docker.pullImage(reference, log);
      break;
    } catch (error) {
      const hopeless =
        !(error instanceof AppError) || error.code !== 'image_unavailable' || attempt >= PULL_ATTEMPTS;
      if (hopeless) throw error;
      log(error.message);
      await new Promise((resolve) => setTimeout(resolve, PULL_PAUSE_MS * attempt));
    }
  }
  const pulled = await findImage(deps, reference);
  if (pulled === null)
    throw new AppError('image_unavailable', {
      message: `${reference} was pulled, but the engine does not have it.`,
    });
  return pulled;
}

/** Where the image itself keeps its data: the value of `--data-dir` in its own command. */
function dataDirOf(image: ImageDetail): string {
  const flag = image.command.findIndex((word) => word === '--data-dir' || word === '-d');
  const value = flag === -1 ? undefined : image.command[flag + 1];
  return value?.startsWith('/') ? value : DEFAULT_DATA_DIR;
}

/** First address of the fleet's /16: that of its network, or else one that is free on this host. */
export async function findBase(deps: EnvironmentDeps): Promise<string> {
  const networks = await deps.docker.listNetworks();
  const own = networks.find((network) => network.name === networkSpec(deps.env.prefix, 0, '0.0.0.0').name);
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

/** Makes the bridges the wanted stations need. */
export async function ensureNetworks(
  deps: EnvironmentDeps,
  desired: DesiredFleet,
  base: string,
): Promise<void> {
  if (desired.settings.networkMode === 'host') return;
  const present = new Set((await deps.docker.listNetworks()).map((network) => network.name));
  for (let index = 0; index <= networkIndexOf(desired.settings.count); index++) {
    const spec = networkSpec(deps.env.prefix, index, base);
    if (!present.has(spec.name))
      await deps.docker.createNetwork({ ...spec, labels: { [FLEET_LABEL]: deps.env.prefix } });
  }
}

export function specContext(deps: EnvironmentDeps, image: ImageFacts, base: string): SpecContext {
  return {
    prefix: deps.env.prefix,
    base,
    image,
    openFilesLimit: readEngineOpenFilesLimit(),
    hostCpus: availableParallelism(),
  };
}
