/** What is said on the overview of a migration that did not come to its end. Pure. */
import type { Problem } from '../../lib/contract/snapshot.ts';
import type { MigrationManifest } from '../../lib/migration/manifest.ts';

export interface MigrationStanding {
  /** A job is at it now. */
  busy: boolean;
  state: MigrationManifest['state'] | null;
  /** Why its record cannot be read; null when it can. */
  damage: string | null;
}

export function migrationProblems({ busy, state, damage }: MigrationStanding): Problem[] {
  const found: Problem[] = [];
  if (damage !== null)
    found.push({
      code: 'migration-record-damaged',
      severity: 'warning',
      title: 'The record of the migration from an older manager cannot be read',
      detail: `${damage} Stations and keys are not touched by it, but there is no way back without it.`,
      remedy: 'Put the file back from a backup, or move its folder away if you will not go back.',
      station: null,
    });
  if (!busy && (state === 'running' || state === 'rolling-back')) found.push(interrupted(state));
  return found;
}

function interrupted(state: 'running' | 'rolling-back'): Problem {
  const back = state === 'rolling-back';
  return {
    code: 'migration-interrupted',
    severity: 'critical',
    title: back ? 'The way back to the older manager was interrupted' : 'The migration was interrupted',
    detail:
      'Some stations may have moved and others not. Every key is saved, and nothing of the older manager was deleted.',
    remedy: back
      ? 'Finish it: `sudo ./conduit rollback-to-v1`'
      : 'Go on: `sudo ./conduit migrate-to-v2`. Or go back: `sudo ./conduit rollback-to-v1`',
    station: null,
  };
}
