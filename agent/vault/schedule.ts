/** Archives by the clock: made when they are due, forgotten when there are enough, and a failure is said until it is over. */
import { rm } from 'node:fs/promises';
import {
  getLastScheduled,
  getVaultSchedule,
  type LastScheduled,
  saveLastScheduled,
  saveVaultSchedule,
} from '../../db/vault-settings.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import type { VaultSchedule, VaultScheduleChange } from '../../lib/contract/vault.ts';
import { readIfThere } from '../../lib/host/absent.ts';
import { atomicWrite } from '../../lib/host/atomic-write.ts';
import { dueAt } from '../../lib/vault/due.ts';
import type { Archives } from './archives.ts';
import type { MakeArchive, MakeProgress } from './make.ts';
import type { VaultDeps } from './service.ts';

const LOOK_EVERY_MS = 60_000;

export interface Scheduler {
  schedule(): VaultSchedule;
  last(): LastScheduled;
  hasPassphrase(): Promise<boolean>;
  /** @throws AppError invalid_input when there would be no passphrase */
  configure(change: VaultScheduleChange, actor: string): Promise<void>;
  problems(): Problem[];
  start(): void;
  stop(): void;
}

export function createScheduler(deps: VaultDeps, archives: Archives, make: MakeArchive): Scheduler {
  const { db, paths, now, log, jobs, activity } = deps;
  let schedule = getVaultSchedule(db);
  let last = getLastScheduled(db);
  let running = false;
  let timer: NodeJS.Timeout | undefined;
  const abort = new AbortController();
  const silent: MakeProgress = {
    signal: abort.signal,
    setSteps: () => undefined,
    step: (_key, work) => work(),
    log: () => undefined,
  };

  function look(): void {
    consider().catch((error: unknown) => log.error({ err: error }, 'the schedule of backups failed'));
  }

  async function consider(): Promise<void> {
    const due = dueAt(schedule, last, now());
    // While a job changes the fleet its keys are on the move.
    if (running || due === null || due > now() || jobs.activeId() !== null) return;
    running = true;
    try {
      await run();
    } finally {
      running = false;
    }
  }

  async function run(): Promise<void> {
    const { history, keep } = schedule;
    try {
      const passphrase = await readIfThere(paths.vaultPassphrase);
      if (passphrase === null) throw noPassphrase();
      await make({ id: archives.newId('scheduled'), passphrase, history }, silent);
      await archives.prune(keep);
      if (last.failure !== null) note('Scheduled backups work again', 'ok');
      keepLast({ at: now(), failure: null });
    } catch (error) {
      if (abort.signal.aborted) return;
      const known = error instanceof AppError ? error : null;
      if (known === null) log.error({ err: error }, 'the scheduled backup failed');
      const message = known?.message ?? 'The archive could not be written; the agent’s log says why.';
      const remedy = known?.remedy ?? 'See `sudo conduit logs --agent`.';
      if (last.failure?.message !== message) note(`The scheduled backup failed: ${message}`, 'failed');
      keepLast({ at: last.at, failure: { at: now(), message, remedy } });
    }
  }

  function keepLast(next: LastScheduled): void {
    last = next;
    saveLastScheduled(db, next, now());
  }

  function note(summary: string, outcome: 'ok' | 'failed'): void {
    activity.record({ actor: 'agent', action: 'vault.schedule', summary, outcome });
  }

  const hasPassphrase = async () => (await readIfThere(paths.vaultPassphrase)) !== null;

  return {
    schedule: () => schedule,
    last: () => last,
    hasPassphrase,
    async configure({ passphrase, ...change }, actor) {
      const next = { ...schedule, ...change };
      if (next.everyHours > 0) {
        if (passphrase !== undefined) await atomicWrite(paths.vaultPassphrase, passphrase, 0o600);
        else if (!(await hasPassphrase())) throw noPassphrase();
      } else await rm(paths.vaultPassphrase, { force: true });
      saveVaultSchedule(db, next, now());
      schedule = next;
      // What failed may work now.
      if (last.failure !== null)
        keepLast({ at: last.at, failure: next.everyHours === 0 ? null : { ...last.failure, at: 0 } });
      const summary =
        next.everyHours === 0
          ? 'No scheduled backups; their passphrase is forgotten'
          : `Backup every ${next.everyHours} h, the newest ${next.keep} are kept${next.history ? ', with the history' : ''}`;
      activity.record({ actor, action: 'vault.schedule', summary, outcome: 'ok' });
      look();
    },
    problems() {
      if (last.failure === null || schedule.everyHours === 0) return [];
      const { message, remedy } = last.failure;
      return [
        {
          code: 'backup-failed',
          severity: 'warning',
          title: 'The scheduled backup of the keys fails',
          detail: `${message} It is tried again every ten minutes.`,
          remedy,
          station: null,
        },
      ];
    },
    start() {
      timer = setInterval(look, LOOK_EVERY_MS);
      timer.unref();
      look();
    },
    stop() {
      abort.abort();
      clearInterval(timer);
    },
  };
}

function noPassphrase(): AppError {
  return new AppError('invalid_input', {
    message: 'Scheduled backups have no passphrase.',
    remedy: 'Set one with the schedule: `sudo conduit vault schedule --every 24h`, or on the Keys page.',
    fields: [{ field: 'passphrase', message: 'is needed for scheduled backups' }],
  });
}
