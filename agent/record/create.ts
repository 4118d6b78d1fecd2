/** The record itself: how large it may grow, what it holds, and a look once a day whether it is whole. */
import {
  getCountedSince,
  getDatabaseCheck,
  getHistorySettings,
  saveCountedSince,
  saveDatabaseCheck,
  saveHistorySettings,
} from '../../db/history-settings.ts';
import type { HistoryState } from '../../lib/contract/history.ts';
import type { HistorySettings } from '../../lib/contract/settings.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import { bucketStart, FINE_SECONDS } from '../../lib/history/tiers.ts';
import { runWorker } from '../../lib/host/worker.ts';
import type { CoreDeps } from '../deps.ts';
import type { LiveService } from '../live/service.ts';

export interface RecordService {
  state(): HistoryState;
  configure(change: Partial<HistorySettings>, actor: string): HistoryState;
  /** Reads the whole database in a thread of its own; writing goes on meanwhile. */
  check(): Promise<void>;
  /**
   * From when on this server counts itself, seconds since the epoch. It is kept from the first question on: once another's
   * history lies before it, nobody could tell.
   */
  countedSince(): number;
  /** Another's history was put before that. */
  joined(): void;
  problems(): Problem[];
  start(): void;
  stop(): void;
}

const CHECK_EVERY_MS = 24 * 3600_000;
/** The first look comes when the start is over. */
const FIRST_CHECK_MS = 10 * 60_000;
const CHECK_TIMEOUT_MS = 10 * 60_000;

export function createRecordService({
  db,
  paths,
  now,
  activity,
  log,
  live,
}: CoreDeps & { live: Pick<LiveService, 'countedSince' | 'historyJoined' | 'historyState'> }): RecordService {
  let timer: NodeJS.Timeout | undefined;
  // Asked for with every snapshot.
  let checked = getDatabaseCheck(db);

  function schedule(): void {
    const last = checked?.at ?? 0;
    const due = Math.max(FIRST_CHECK_MS, last + CHECK_EVERY_MS - now());
    timer = setTimeout(() => void service.check().finally(schedule), Math.min(due, CHECK_EVERY_MS));
    timer.unref();
  }

  function state(): HistoryState {
    const { oldest, ...rest } = live.historyState();
    return {
      settings: getHistorySettings(db),
      ...rest,
      oldest: oldest === null ? null : oldest * 1000,
      check: checked,
    };
  }

  function countedSince(): number {
    const known = getCountedSince(db);
    if (known !== null) return known;
    // Both on the edge of the finest bucket: one that is still open belongs to this server.
    const since = bucketStart(live.countedSince() ?? now() / 1000, FINE_SECONDS);
    saveCountedSince(db, since, now());
    return since;
  }

  const service: RecordService = {
    state,
    countedSince,
    joined: () => live.historyJoined(countedSince()),
    configure(change, actor) {
      const next = { ...getHistorySettings(db), ...change };
      saveHistorySettings(db, next, now());
      activity.record({
        actor,
        action: 'history.configure',
        summary: `The database may hold ${next.maxMegabytes} MB`,
        outcome: 'ok',
      });
      return state();
    },
    async check() {
      const at = now();
      try {
        const message = await runWorker<string>('check-database', paths.database, CHECK_TIMEOUT_MS);
        const ok = message === 'ok';
        checked = { at, ok, message: ok ? null : message };
        saveDatabaseCheck(db, checked, at);
        if (!ok) log.error({ message }, 'the database is damaged');
      } catch (error) {
        log.warn({ err: error }, 'the database could not be checked');
      }
    },
    problems() {
      if (checked === null || checked.ok) return [];
      return [
        {
          code: 'database-damaged',
          severity: 'critical',
          title: 'The database is damaged',
          detail: `A check found: ${checked.message ?? 'an error'}.`,
          remedy:
            'Stop the agent, copy the state directory away, and bring the database back from a backup. Stations and their keys are not in it and not in danger.',
          station: null,
        },
      ];
    },
    start: schedule,
    stop: () => clearTimeout(timer),
  };
  return service;
}
