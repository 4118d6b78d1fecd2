import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runWorker } from '../lib/host/worker.ts';
import { openDatabase } from './open.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function makeDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'conduit-check-'));
  folders.push(folder);
  const file = join(folder, 'conduit.db');
  const db = openDatabase(file, join(import.meta.dirname, 'migrations'));
  const put = db.$client.prepare('INSERT INTO history_10s (key, frame) VALUES (?, ?)');
  for (let i = 0; i < 400; i++) put.run(i * 40, Buffer.alloc(2000, i));
  db.$client.close();
  return file;
}
const check = (file: string) => runWorker<string>('check-database', file, 20_000);

describe('the check of the database, in a thread of its own', () => {
  it('finds a whole one whole', async () => {
    expect(await check(makeDatabase())).toBe('ok');
  });

  it('says what is damaged', async () => {
    const file = makeDatabase();
    const open = openSync(file, 'r+');
    // The heads of the pages that hold the frames.
    for (let page = 12; page < 40; page++) writeSync(open, Buffer.alloc(64, 0xff), 0, 64, page * 16_384);
    await expect(check(file).then((said) => said === 'ok')).resolves.toBe(false);
  });
});
