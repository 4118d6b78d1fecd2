/** What an operator does to nginx directly: test, reload, restore an earlier configuration, look at one. */
import { applyConfig, reloadConfig, tryConfig } from '../../lib/balancer/apply.ts';
import { readBackup } from '../../lib/balancer/backups.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { ActivityLog } from '../activity.ts';
import type { Prepared } from './preparation.ts';

export interface ByHand {
  test(): Promise<{ ok: boolean; message: string }>;
  reload(actor: string): Promise<void>;
  /** @returns the text that is live now */
  restore(id: string, actor: string): Promise<string>;
  backup(id: string): Promise<{ id: string; text: string }>;
}

export interface ByHandOptions {
  backupsDir: string;
  now: () => number;
  activity: ActivityLog;
  prepared: () => Promise<Prepared>;
}

export function createByHand({ backupsDir, now, activity, prepared }: ByHandOptions): ByHand {
  async function recorded<T>(
    what: { actor: string; action: string; summary: string },
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      const result = await work();
      activity.record({ ...what, outcome: 'ok' });
      return result;
    } catch (error) {
      activity.record({ ...what, outcome: 'failed' });
      throw error;
    }
  }

  return {
    async test() {
      try {
        const { instance, content } = await prepared();
        await tryConfig(instance, content);
        return { ok: true, message: 'nginx takes the wanted configuration.' };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { ok: false, message: error.message };
      }
    },
    reload: (actor) =>
      recorded(
        { actor, action: 'balancer.reload', summary: 'Balancer: nginx reads its file again' },
        async () => reloadConfig((await prepared()).instance),
      ),
    restore: (id, actor) =>
      recorded(
        { actor, action: 'balancer.restore', summary: `Balancer: backup ${id} restored` },
        async () => {
          const content = await readBackup(backupsDir, id);
          await applyConfig({ instance: (await prepared()).instance, content, backupsDir, now });
          return content;
        },
      ),
    backup: async (id) => ({ id, text: await readBackup(backupsDir, id) }),
  };
}
