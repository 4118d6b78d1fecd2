import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runWorker } from '../lib/host/worker.ts';
import type { HistoryCopyAnswer } from './copy-history-worker.ts';
import { openDatabase } from './open.ts';
import { admins } from './schema/identity.ts';
import { recordStationKey } from './station-keys.ts';

const migrations = join(import.meta.dirname, 'migrations');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy-history-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const copy = (from: string, to: string) => runWorker<HistoryCopyAnswer>('copy-history', { from, to }, 30_000);

describe('the copy of the history', () => {
  it('holds what was written so far and nothing of who may sign in', async () => {
    const live = openDatabase(join(folder, 'live.db'), migrations);
    const insert = live.$client.prepare('INSERT INTO history_10s (key, frame) VALUES (?, ?)');
    for (let key = 1; key <= 500; key++) insert.run(key, Buffer.from(`frame ${key}`));
    recordStationKey(live, { volume: 'conduit-data-1', proxyId: 'id', fingerprint: 'print' }, 1);
    live.insert(admins).values({ username: 'sara', passwordHash: 'scrypt$x', createdAt: 1 }).run();
    const to = join(folder, 'copy.db');
    expect(await copy(join(folder, 'live.db'), to)).toEqual({ outcome: 'copied' });
    insert.run(501, Buffer.from('later'));
    live.$client.prepare('ATTACH ? AS copy').run(to);
    const tables = live.$client
      .prepare("SELECT name FROM copy.sqlite_master WHERE type = 'table' ORDER BY name")
      .pluck()
      .all();
    expect(tables).toEqual([
      'history_10s',
      'history_15m',
      'history_1d',
      'history_1m',
      'history_2h',
      'legacy_countries',
      'legacy_months',
      'legacy_samples',
      'station_keys',
    ]);
    expect(live.$client.prepare('SELECT count(*) FROM copy.history_10s').pluck().get()).toBe(500);
    expect(live.$client.prepare('SELECT volume FROM copy.station_keys').pluck().all()).toEqual([
      'conduit-data-1',
    ]);
    live.$client.close();
  });

  it('says why it failed', async () => {
    const outcome = await copy(join(folder, 'nosuch/live.db'), join(folder, 'none.db'));
    expect(outcome).toMatchObject({ outcome: 'failed' });
  });
});
