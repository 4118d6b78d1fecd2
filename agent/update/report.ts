/** What an update would change, before anything does. */
import type { DesiredFleet } from '../../lib/contract/fleet.ts';
import type { ImageState, UpdateReport } from '../../lib/contract/update.ts';
import { chooseCanary } from '../../lib/fleet/canary.ts';
import { containerName } from '../../lib/fleet/names.ts';
import { type ImageFacts, stationSpec } from '../../lib/fleet/station-spec.ts';
import type { UpdateServiceOptions } from './service.ts';

const VERSION_LABEL = 'org.opencontainers.image.version';
type ReportDeps = Pick<UpdateServiceOptions, 'fleet' | 'live' | 'docker' | 'env'>;

export async function readReport(deps: ReportDeps, image?: string): Promise<UpdateReport> {
  const { fleet, env } = deps;
  const desired = fleet.desired();
  const reference = image ?? desired.settings.image;
  const [now, next] = [await fleet.image(), await fleet.imageNamed(reference)];
  const [current, candidate] = [await stateOf(deps, now), await stateOf(deps, next)];
  const canary = findCanary(deps);
  const replaced = fleet.runtimes().filter(({ wanted }) => wanted);
  const isNew = next !== null && next.id !== now?.id;
  return {
    current,
    candidate,
    reference,
    changes: now === null || next === null || !isNew ? [] : changesOf(desired, canary ?? 1, now, next),
    canary:
      canary === null
        ? null
        : {
            station: canary,
            name: containerName(env.prefix, canary),
            connected: deps.live.connectedOf(canary),
          },
    stations: replaced.length,
    connected: replaced.reduce((sum, { index }) => sum + deps.live.connectedOf(index), 0),
    obstacle: isNew ? obstacleOf(desired, canary, now) : null,
    notes: isNew ? notesOf(current, candidate, now, next) : [],
  };
}

/** The station that would try it first; null when there is none. */
export function findCanary({ fleet, live }: Pick<ReportDeps, 'fleet' | 'live'>): number | null {
  return chooseCanary(
    fleet.runtimes().map(({ index, engineState, wanted, stoppedByOperator, blockedReason }) => ({
      station: index,
      running: engineState === 'running',
      connected: live.connectedOf(index),
      obstacle: !wanted ? 'not wanted' : stoppedByOperator ? 'stopped by the operator' : blockedReason,
    })),
  );
}

function obstacleOf(desired: DesiredFleet, canary: number | null, now: ImageFacts | null): string | null {
  if (!desired.active)
    return 'The fleet is down, so there is no station to try another image on. Bring it up first.';
  if (now === null)
    return 'The image of now is not on this machine, so there would be no way back. Choose the other one in the settings.';
  return canary === null
    ? 'Every station is stopped or held back, so there is none to try another image on. Start one first.'
    : null;
}

async function stateOf({ docker }: ReportDeps, image: ImageFacts | null): Promise<ImageState | null> {
  if (image === null) return null;
  const { reference, id, digest, dialect } = image;
  const found = await docker.inspectImage(id);
  return {
    reference,
    id,
    digest,
    version: found?.labels[VERSION_LABEL] ?? null,
    createdAt: found?.createdAtMs ?? null,
    dialect: dialect.name,
  };
}

function changesOf(
  desired: DesiredFleet,
  station: number,
  from: ImageFacts,
  to: ImageFacts,
): UpdateReport['changes'] {
  const rows = (image: ImageFacts): [string, string][] => [
    ['Image', image.reference],
    ['Command line', image.dialect.name],
    ['Command', commandOf(desired, station, image)],
    ['Data directory', image.dataDir],
    ['User', image.user || 'root'],
  ];
  const after = rows(to);
  return rows(from).flatMap(([what, before], i) => {
    const then = after[i]?.[1] ?? '';
    return before === then ? [] : [{ what, from: before, to: then }];
  });
}

/** Addresses play no part in it on the fleet's own bridge. */
function commandOf(desired: DesiredFleet, station: number, image: ImageFacts): string {
  const around = { prefix: '', base: '0.0.0.0', volumeOf: () => '', openFilesLimit: null, hostCpus: 1 };
  return stationSpec(desired, station, { ...around, image }).command.join(' ');
}

function notesOf(
  current: ImageState | null,
  candidate: ImageState | null,
  now: ImageFacts | null,
  next: ImageFacts | null,
): string[] {
  const notes: string[] = [];
  if (current?.createdAt != null && candidate?.createdAt != null && candidate.createdAt < current.createdAt)
    notes.push('It was made before the image that runs now: this goes back to an earlier one.');
  if (now?.dialect.name === 'february' && next !== null && next.dialect.name !== 'february')
    notes.push(
      'Stations of this version do not tell countries apart themselves; the tracker goes on counting them.',
    );
  if (next !== null && !next.dialect.metricsAddr)
    notes.push(
      'Stations of this version have no metrics: they are judged by their log, which says less and later.',
    );
  if (now !== null && next !== null && now.user !== next.user)
    notes.push(
      'It runs as another user: the files in a station’s volume are handed to that one, and back if it fails.',
    );
  if (candidate !== null)
    notes.push(
      'The image of before stays on this machine. If the first station is not live, announcing and steady, it gets that one back, and no other was touched.',
    );
  return notes;
}
