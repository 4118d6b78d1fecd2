/** Puts the vault's parts together: the folder of archives, the thread that seals them, the ledger and the schedule. */
import { getPendingRestore, savePendingRestore } from '../../db/vault-settings.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { Job } from '../../lib/contract/jobs.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import { plural } from '../../lib/format/count.ts';
import type { OpenedArchive } from '../../lib/vault/archive.ts';
import { createArchives } from './archives.ts';
import { createLedger } from './ledger.ts';
import { createMaker } from './make.ts';
import { putHistory } from './put-history.ts';
import { readKeys, slotsOf } from './read-keys.ts';
import { decide, type RestoreRequest, restore } from './restore.ts';
import { createScheduler } from './schedule.ts';
import { createSeal } from './seal.ts';
import type { VaultDeps, VaultService } from './service.ts';
import { findSettings, parseSettings } from './settings.ts';

const LOOK_EVERY_MS = 5 * 60_000;
const FIRST_LOOK_MS = 15_000;

export function createVaultService(deps: VaultDeps): VaultService {
  const { db, paths, now, log, jobs, activity, fleet } = deps;
  const archives = createArchives(paths.vaultDir, now);
  const seal = createSeal();
  const make = createMaker(deps, archives, seal);
  const scheduler = createScheduler(deps, archives, make);
  const ledger = createLedger(deps);
  let pending = getPendingRestore(db);
  let timer: NodeJS.Timeout | undefined;

  const record = (actor: string, action: string, summary: string) =>
    activity.record({ actor, action, summary, outcome: 'ok' });

  function recordEnd({ actor, kind, title, id, state, error }: Job): void {
    const outcome = state === 'succeeded' ? 'ok' : 'failed';
    activity.record({
      actor,
      action: kind,
      summary: error === null ? title : `${title}: ${error.message}`,
      outcome,
      jobId: id,
    });
  }

  function lookIn(delayMs: number): void {
    timer = setTimeout(() => {
      ledger
        .read()
        .catch((error: unknown) => log.warn({ err: error }, 'could not look into the volumes'))
        .finally(() => lookIn(LOOK_EVERY_MS));
    }, delayMs);
    timer.unref();
  }

  /** A restore that was cut short: over once every station has the key it was to have. */
  function restoreProblems(): Problem[] {
    if (pending === null) return [];
    const found = new Map(ledger.latest().map(({ station, fingerprint }) => [station, fingerprint]));
    const open = pending.keys.filter(({ station, fingerprint }) => found.get(station) !== fingerprint);
    if (found.size > 0 && open.length === 0) {
      pending = null;
      savePendingRestore(db, null, now());
      return [];
    }
    return [
      {
        code: 'restore-interrupted',
        severity: 'critical',
        title: 'Restoring keys was interrupted',
        detail: `The agent stopped in the middle of restoring from ${pending.archive}; ${plural(open.length, 'key')} may not be in place.`,
        remedy: `Restore it again: \`sudo conduit restore ${pending.archive}\`, with the same stations. What is in place already is left alone.`,
        station: null,
      },
    ];
  }

  const state: VaultService['state'] = async () => ({
    directory: paths.vaultDir,
    archives: await archives.list(),
    schedule: scheduler.schedule(),
    hasPassphrase: await scheduler.hasPassphrase(),
    lastScheduledAt: scheduler.last().at,
    failure: scheduler.last().failure?.message ?? null,
    ledger: await ledger.read(),
  });

  async function opened(id: string, passphrase: string): Promise<OpenedArchive> {
    return seal.read(id, await archives.pathOf(id), passphrase);
  }

  return {
    state,
    create({ passphrase, history }, actor) {
      const id = archives.newId('manual');
      const title = `Back up every key${history ? ' and the history' : ''}`;
      const request = { kind: 'vault.create', title, actor, cancellable: false, onEnd: recordEnd };
      const job = jobs.start(request, (handle) => make({ id, passphrase, history }, handle));
      return { job, id };
    },
    async open({ id, passphrase }) {
      const { head, settings } = await opened(id, passphrase);
      const archived = findSettings(settings)?.fleet.settings;
      const desired = fleet.desired();
      return {
        createdAt: head.createdAt,
        keys: head.keys.map(({ sha256: _sha256, ...key }) => key),
        slots: slotsOf(await readKeys(fleet)),
        fleet: archived === undefined ? null : { count: archived.count, image: archived.image },
        count: desired.active ? desired.settings.count : 0,
        history: head.history,
      };
    },
    async restore({ id, passphrase, placements, replace, settings, history }, actor) {
      const archive = await opened(id, passphrase);
      if (history && !archive.head.history) throw noHistory(id);
      const request: RestoreRequest = {
        ...{ id, archive, placements, replace, actor },
        settings: settings ? parseSettings(archive.settings) : null,
        putHistory: history ? (job) => putHistory(deps, { archives, seal }, { id, passphrase }, job) : null,
      };
      // Refused at once where it can be seen beforehand; the job looks again.
      const judged = await decide(deps, request);
      const title = `Restore ${plural(judged.length, 'key')}${history ? ' and the history' : ''} from ${id}`;
      return fleet.transform(
        { kind: 'vault.restore', title, actor, summary: title, cancellable: false },
        async (job, hands) => {
          try {
            await restore(deps, request, job, hands);
          } finally {
            pending = getPendingRestore(db);
            await ledger.read();
          }
        },
      );
    },
    async schedule(change, actor) {
      await scheduler.configure(change, actor);
      return state();
    },
    async put(part, actor) {
      const id = await archives.put(part);
      if (id !== null) record(actor, 'vault.put', `Brought ${id} into the vault`);
      return id;
    },
    async *read(id, actor, signal) {
      await archives.pathOf(id);
      record(actor, 'vault.download', `Took ${id} out of the vault`);
      yield* archives.read(id, signal);
    },
    async remove(id, actor) {
      await archives.remove(id);
      record(actor, 'vault.remove', `Removed ${id} from the vault`);
    },
    async forget(volume, actor) {
      const station = fleet.stationOn(volume);
      const { active, settings } = fleet.desired();
      // A station that is wanted starts with what it has then.
      if (station !== null && active && station <= settings.count) await fleet.forgetKeys([station], actor);
      else ledger.forget(volume);
      await ledger.read();
      record(actor, 'vault.forget', `Gave up the identity that ${volume} had`);
    },
    problems: () => [...restoreProblems(), ...scheduler.problems(), ...ledger.problems()],
    async start() {
      await archives.clean();
      scheduler.start();
      lookIn(FIRST_LOOK_MS);
    },
    stop() {
      scheduler.stop();
      clearTimeout(timer);
    },
  };
}

function noHistory(id: string): AppError {
  return new AppError('invalid_input', {
    message: `${id} was made without the history. Nothing was changed.`,
    remedy: 'Leave the history out, or take an archive that was made with it.',
    fields: [{ field: 'history', message: 'is not in this archive' }],
  });
}
