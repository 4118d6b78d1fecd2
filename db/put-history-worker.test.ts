import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFrameReader, emptyEntry, FLEET_KEY, type Frame } from '../lib/history/frame.ts';
import { runWorker } from '../lib/host/worker.ts';
import type { HistoryCopyAnswer } from './copy-history-worker.ts';
import { openHistoryStore } from './history.ts';
import { type Db, openDatabase } from './open.ts';
import type { HistoryPutAnswer, HistoryPutTask } from './put-history-worker.ts';
import { legacyMonths } from './schema/history.ts';

const migrations = join(import.meta.dirname, 'migrations');
/** A midnight. */
const START = 1_779_926_400;
const DAY = 86_400;
/** In the middle of a minute, of a quarter and of a day. */
const BEGAN = START + 50_000 + 30;
const NOW = START + DAY + 3600;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'put-history-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const frame = (at: number, uploadedBytes: number): Frame => ({
  ...{ source: 'stations', at, seconds: 10 },
  entries: [{ ...emptyEntry(FLEET_KEY), seconds: 10, uploadedBytes }],
});
/** A server that counted so many bytes in each ten seconds of a range. */
function server(name: string, from: number, to: number, bytes: number): Db {
  const db = openDatabase(join(folder, name), migrations);
  const store = openHistoryStore(db);
  const frames: Frame[] = [];
  for (let at = from; at < to; at += 10) frames.push(frame(at, bytes));
  store.record([{ frames, counters: [] }]);
  store.rollUp(from, to, NOW);
  return db;
}
async function archiveOf(name: string): Promise<string> {
  const to = join(folder, `${name}-archive`);
  await runWorker<HistoryCopyAnswer>('copy-history', { from: join(folder, name), to }, 30_000);
  return to;
}
const put = (task: Partial<HistoryPutTask> & Pick<HistoryPutTask, 'from' | 'to'>) =>
  runWorker<HistoryPutAnswer>('put-history', { before: BEGAN, now: NOW, ...task }, 30_000);
/** Bytes of the whole day, by each tier. */
function sums(db: Db): number[] {
  const store = openHistoryStore(db);
  const reader = createFrameReader();
  return [0, 1, 2, 3, 4].map((tier) => {
    let sum = 0;
    store.scan({ tier, source: 'stations', from: START, to: START + DAY }, NOW, (_at, bytes) => {
      reader.read(bytes, (entry) => {
        sum += entry.uploadedBytes;
      });
    });
    return sum;
  });
}

describe('the history of an archive', () => {
  it('lies before what this server counted itself, in every tier, and only once', async () => {
    // The older one went on for an hour after the new one had begun.
    server('old.db', START + 7200, BEGAN + 3600, 7).$client.close();
    const from = await archiveOf('old.db');
    const live = server('live.db', BEGAN, START + DAY, 100);
    const store = openHistoryStore(live);
    expect(store.began(NOW)).toBe(BEGAN);
    const to = join(folder, 'live.db');
    const buckets = (a: number, b: number) => (b - a) / 10;
    const whole = 7 * buckets(START + 7200, BEGAN) + 100 * buckets(BEGAN, START + DAY);
    for (let time = 0; time < 2; time++) {
      expect(await put({ from, to })).toMatchObject({ outcome: 'put', damaged: 0 });
      store.joined(BEGAN, NOW);
      expect(sums(live)).toEqual([whole, whole, whole, whole, whole]);
    }
    expect(store.oldest()).toBe(START);
    live.$client.close();
  });

  it('takes older estimates only where there are none, and passes over what is no frame', async () => {
    const old = server('months.db', START, START + 100, 1);
    old
      .insert(legacyMonths)
      .values({ month: '2025-11', code: 'IR', uploadedBytes: 1, downloadedBytes: 2 })
      .run();
    old.$client
      .prepare('INSERT INTO history_1d (key, frame) VALUES (?, ?)')
      .run((START - DAY) * 4, Buffer.from([1]));
    old.$client.close();
    const from = await archiveOf('months.db');
    const live = openDatabase(join(folder, 'new.db'), migrations);
    const to = join(folder, 'new.db');
    expect(await put({ from, to })).toMatchObject({ outcome: 'put', damaged: 1 });
    expect(live.select().from(legacyMonths).all()).toHaveLength(1);
    live.update(legacyMonths).set({ code: 'RU' }).run();
    await put({ from, to });
    expect(live.select().from(legacyMonths).all()).toMatchObject([{ code: 'RU' }]);
    live.$client.close();
  });

  it('says why it failed', async () => {
    expect(await put({ from: join(folder, 'none'), to: join(folder, 'new.db') })).toMatchObject({
      outcome: 'failed',
    });
  });
});
