/** Puts the migration's parts together: one record on disk, one job at a time, and a word when one was interrupted. */
import { AppError } from '../../lib/contract/errors.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import { plural } from '../../lib/format/count.ts';
import { type MigrationManifest, readNewestManifest, writeManifest } from '../../lib/migration/manifest.ts';
import type { BalancerService } from '../balancer/service.ts';
import { beginManifest } from './begin.ts';
import { findV1 } from './find.ts';
import { migrate } from './migrate.ts';
import { rollBack } from './roll-back.ts';
import type { MigrationDeps, MigrationService } from './service.ts';

export function createMigrationService(
  deps: MigrationDeps & { balancer: BalancerService },
): MigrationService {
  const { paths, fleet, balancer } = deps;
  let busy = false;
  let unfinished: MigrationManifest['state'] | null = null;

  function note(manifest: MigrationManifest | null): void {
    const state = manifest?.state ?? null;
    unfinished = state === 'running' || state === 'rolling-back' ? state : null;
  }

  function refuseWhileBusy(): void {
    if (busy)
      throw new AppError('conflict', {
        message: 'A migration is under way.',
        remedy: 'Watch it with `conduit job list`.',
      });
  }

  function start(manifest: MigrationManifest, kind: 'migrate' | 'roll-back', actor: string) {
    const back = kind === 'roll-back';
    const title = back
      ? `Roll back to the older manager: ${plural(manifest.stations.length, 'station')}`
      : `Migrate ${plural(manifest.stations.length, 'station')} from an older manager`;
    busy = true;
    const request = {
      kind: back ? 'migration.rollBack' : 'migration.start',
      title,
      actor,
      summary: title,
      cancellable: false,
    };
    return fleet.transform(request, async (job, hands) => {
      const work = { deps, manifest, job, hands, actor };
      try {
        if (back) await rollBack(work, balancer.settings().configPath);
        else await migrate(work);
      } finally {
        busy = false;
        note(manifest);
      }
    });
  }

  return {
    report: async () => (await findV1(deps)).report,
    async migrate(options, actor) {
      refuseWhileBusy();
      const found = await findV1(deps);
      if (found.manifest?.state === 'rolling-back')
        throw new AppError('conflict', {
          message: 'A way back was begun and not finished.',
          remedy: 'Finish it first: sudo conduit rollback-to-v1',
        });
      if (found.manifest?.state === 'running') {
        const { count = found.manifest.count, image = found.manifest.image } = options;
        const goesOn = { ...found.manifest, count, image };
        refuseSmallFleet(goesOn);
        await writeManifest(paths.backupsDir, goesOn);
        return start(goesOn, 'migrate', actor);
      }
      const { obstacle, found: isThere } = found.report;
      if (obstacle !== null) throw new AppError(isThere ? 'conflict' : 'not_found', { message: obstacle });
      const manifest = await beginManifest(deps, found, options);
      refuseSmallFleet(manifest);
      await writeManifest(paths.backupsDir, manifest);
      note(manifest);
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
      manifest.state = 'rolling-back';
      await writeManifest(paths.backupsDir, manifest);
      note(manifest);
      return start(manifest, 'roll-back', actor);
    },
    problems: () => (unfinished === null || busy ? [] : [interrupted(unfinished)]),
    async start() {
      note(await readNewestManifest(paths.backupsDir));
    },
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

function interrupted(state: MigrationManifest['state']): Problem {
  const back = state === 'rolling-back';
  return {
    code: 'migration-interrupted',
    severity: 'critical',
    title: back ? 'The way back to the older manager was interrupted' : 'The migration was interrupted',
    detail:
      'Some stations are moved and others are not. Every key is saved, and nothing of the older manager was deleted.',
    remedy: back
      ? 'Finish it: sudo conduit rollback-to-v1'
      : 'Go on: sudo conduit migrate-to-v2. Or go back: sudo conduit rollback-to-v1',
    station: null,
  };
}
