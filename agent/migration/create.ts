/** Puts the migration's parts together: one record on disk, one job at a time, and a word when one was interrupted. */
import { AppError } from '../../lib/contract/errors.ts';
import type { MigrationStart } from '../../lib/contract/migration.ts';
import { plural } from '../../lib/format/count.ts';
import { type MigrationManifest, readNewestManifest, writeManifest } from '../../lib/migration/manifest.ts';
import { beginManifest } from './begin.ts';
import { findV1 } from './find.ts';
import { migrate } from './migrate.ts';
import { migrationProblems } from './problems.ts';
import { rollBack } from './roll-back.ts';
import type { MigrationDeps, MigrationService } from './service.ts';
import { readLegacyHistory } from './traffic.ts';

export function createMigrationService(deps: MigrationDeps): MigrationService {
  const { paths, fleet, log } = deps;
  let busy = false;
  /** The newest, as far as it has come. */
  let newest: MigrationManifest | null = null;
  /** Why its record cannot be read. */
  let damage: string | null = null;

  function refuseWhileBusy(): void {
    if (busy)
      throw new AppError('conflict', {
        message: 'A migration is under way.',
        remedy: 'Watch it with `./conduit job list`.',
      });
  }

  async function start(manifest: MigrationManifest, kind: 'migrate' | 'roll-back', actor: string) {
    const back = kind === 'roll-back';
    const stations = plural(manifest.stations.length, 'station');
    const title = back
      ? `Roll back to the older manager: ${stations}`
      : `Migrate ${stations} from an older manager`;
    const request = {
      kind: back ? 'migration.rollBack' : 'migration.start',
      title,
      actor,
      summary: title,
      cancellable: false,
    };
    busy = true;
    try {
      await writeManifest(paths.backupsDir, manifest);
      newest = manifest;
      return fleet.transform(request, async (job, hands) => {
        const work = { deps, manifest, job, hands, actor };
        try {
          await (back ? rollBack(work) : migrate(work));
        } finally {
          busy = false;
        }
      });
    } catch (error) {
      busy = false;
      throw error;
    }
  }

  return {
    report: async () => (await findV1(deps)).report,
    legacyHistory: () => readLegacyHistory(deps.db),
    async migrate(options, actor) {
      refuseWhileBusy();
      const found = await findV1(deps);
      if (found.manifest?.state === 'rolling-back')
        throw new AppError('conflict', {
          message: 'A way back was begun and not finished.',
          remedy: 'Finish it first: sudo ./conduit rollback-to-v1',
        });
      const { obstacle, found: isThere } = found.report;
      if (found.manifest?.state !== 'running' && obstacle !== null)
        throw new AppError(isThere ? 'conflict' : 'not_found', { message: obstacle });
      const manifest =
        found.manifest?.state === 'running'
          ? goneOnWith(found.manifest, options)
          : await beginManifest(deps, found, options);
      refuseSmallFleet(manifest);
      refuseWhileBusy();
      return start(manifest, 'migrate', actor);
    },
    async rollBack(actor) {
      refuseWhileBusy();
      const manifest = await readNewestManifest(paths.backupsDir);
      if (manifest === null || manifest.state === 'rolled-back')
        throw new AppError('not_found', {
          message: 'There is no migration to roll back.',
          remedy: 'What was rolled back already, or never migrated, is as it was.',
        });
      refuseWhileBusy();
      return start({ ...manifest, state: 'rolling-back' }, 'roll-back', actor);
    },
    balancerWaits: () =>
      newest?.state === 'running' &&
      newest.stations.some(({ station }) => newest?.done.includes(`station-${station}`) === false),
    problems: () => migrationProblems({ busy, state: newest?.state ?? null, damage }),
    async start() {
      try {
        newest = await readNewestManifest(paths.backupsDir);
      } catch (error) {
        // The stations that run are worth more than this record.
        log.error({ err: error }, 'the record of the migration cannot be read');
        damage = error instanceof AppError ? error.message : String(error);
      }
    },
  };
}

/** What was interrupted, with what is wanted now; what that changes is done again. */
function goneOnWith(
  manifest: MigrationManifest,
  { count = manifest.count, image = manifest.image, shredAddresses }: MigrationStart,
): MigrationManifest {
  const again = new Set([
    ...(image === manifest.image ? [] : ['image', 'fleet', 'verify']),
    ...(count === manifest.count ? [] : ['fleet', 'verify']),
  ]);
  return {
    ...manifest,
    count,
    image,
    shredAddresses: manifest.shredAddresses || shredAddresses,
    done: manifest.done.filter((key) => !again.has(key)),
  };
}

/** @throws AppError invalid_input when a station that exists would have no place */
function refuseSmallFleet({ count, stations }: MigrationManifest): void {
  const highest = Math.max(...stations.map(({ station }) => station));
  if (count >= highest) return;
  const message = `must be at least ${highest}: so many stations are taken over; a fleet can shrink afterwards`;
  throw new AppError('invalid_input', {
    message: `count ${message}.`,
    fields: [{ field: 'count', message }],
  });
}
