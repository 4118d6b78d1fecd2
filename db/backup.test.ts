import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from './open.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'conduit-backup-'));
  cpSync(join(import.meta.dirname, 'migrations'), join(root, 'migrations'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const open = () => openDatabase(join(root, 'conduit.db'), join(root, 'migrations'), join(root, 'backups'));
const backups = () => {
  try {
    return readdirSync(join(root, 'backups'));
  } catch {
    return [];
  }
};
let made = 0;

/** The next release has one more. */
function addMigration(sql: string): void {
  const path = join(root, 'migrations/meta/_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: { idx: number; when: number }[] };
  const last = journal.entries.at(-1);
  const tag = `000${journal.entries.length}_more${made++}`;
  journal.entries.push({
    ...last,
    idx: journal.entries.length,
    when: (last?.when ?? 0) + 1000,
    tag,
  } as never);
  writeFileSync(path, JSON.stringify(journal));
  writeFileSync(join(root, `migrations/${tag}.sql`), sql);
}
const put = (db: ReturnType<typeof open>, key: number) =>
  db.$client.prepare('INSERT INTO history_10s (key, frame) VALUES (?, ?)').run(key, Buffer.alloc(9));
const rows = (db: ReturnType<typeof open>) =>
  db.$client.prepare('SELECT count(*) FROM history_10s').pluck().get();

describe('openDatabase', () => {
  it('copies the database before a migration, and only then', () => {
    for (let i = 0; i < 2; i++) open().$client.close();
    const before = open();
    put(before, 4);
    before.$client.close();
    expect(backups()).toEqual([]);
    addMigration('DROP TABLE history_10s;');
    open().$client.close();
    expect(backups()).toHaveLength(1);
    // What came before is whole, and as it was.
    const copy = openDatabase(
      join(root, 'backups', backups()[0] ?? ''),
      join(import.meta.dirname, 'migrations'),
    );
    expect(rows(copy)).toBe(1);
    expect(copy.$client.pragma('integrity_check', { simple: true })).toBe('ok');
    copy.$client.close();
  });

  it('makes one copy for a migration that fails at every start', () => {
    const db = open();
    put(db, 4);
    db.$client.close();
    addMigration('ALTER TABLE nowhere RENAME TO somewhere;');
    for (let i = 0; i < 3; i++) {
      expect(open).toThrow(/nowhere/);
      expect(backups()).toHaveLength(1);
    }
  });

  it('makes another for a database that an older program has written to meanwhile, and keeps the newest', () => {
    for (let i = 0; i < 5; i++) {
      const db = open();
      put(db, i * 4);
      db.$client.close();
      addMigration(`CREATE TABLE more${i} (key INTEGER);`);
      open().$client.close();
      for (const name of backups()) utimesSync(join(root, 'backups', name), i, i + 1);
    }
    expect(backups()).toHaveLength(3);
  });

  it('changes nothing when there is no room for the copy, and says what to do', () => {
    open().$client.close();
    addMigration('DROP TABLE history_10s;');
    writeFileSync(join(root, 'backups'), 'a file where the folder should be');
    expect(open).toThrow(/backups/);
    rmSync(join(root, 'backups'));
    writeFileSync(
      join(root, 'migrations/meta/_journal.json'),
      readFileSync(join(import.meta.dirname, 'migrations/meta/_journal.json')),
    );
    const db = open();
    expect(rows(db)).toBe(0);
    db.$client.close();
  });
});
