import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findOriginal, keepBackup, listBackups, restoreBackupOfOriginal } from './backups.ts';
import { withMarker } from './marker.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 23, 19, 46, 2, 7);
const FOREIGN = '# the operator wrote this\nevents {}\n';
const ours = (n: number) => withMarker(`# ${n}\nevents {}\n`);
const isRoot = process.getuid?.() === 0;
let folder = '';
let backupsDir = '';
let configPath = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backups-'));
  backupsDir = join(folder, 'backups/nginx');
  configPath = join(folder, 'nginx.conf');
});
afterEach(() => rm(folder, { recursive: true }));

/** What the agent does at each change. */
async function replace(text: string, now: number): Promise<void> {
  await keepBackup(backupsDir, configPath, now);
  await writeFile(configPath, text);
}

const live = () => readFile(configPath);
const others = async () => (await listBackups(backupsDir)).filter(({ id }) => !id.startsWith('original-'));

describe('the original', () => {
  it('comes back byte for byte, with mode and owner, after many changes', async () => {
    // Not UTF-8: an old comment in Latin-1.
    const bytes = Buffer.concat([Buffer.from('# caf'), Buffer.from([0xe9]), Buffer.from('\r\nevents {}')]);
    await writeFile(configPath, bytes);
    await chmod(configPath, 0o640);
    if (isRoot) await chown(configPath, 12_345, 23_456);
    const before = await stat(configPath);
    for (let i = 0; i < 30; i++) await replace(ours(i), START + i * DAY);
    await chmod(configPath, 0o644);
    if (isRoot) await chown(configPath, 0, 0);

    expect(await restoreBackupOfOriginal(backupsDir, configPath)).toBe('restored');
    expect(await live()).toEqual(bytes);
    const { mode, uid, gid } = await stat(configPath);
    expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
  });

  it('is removed again where there was no file', async () => {
    await replace(ours(1), START);
    expect(await restoreBackupOfOriginal(backupsDir, configPath)).toBe('removed');
    await expect(live()).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await findOriginal(backupsDir, configPath)).toBeNull();
  });

  it('is not put over what the operator wrote since, nor where we never wrote', async () => {
    await writeFile(configPath, FOREIGN);
    await replace(ours(1), START);
    await writeFile(configPath, '# newer\n');
    expect(await restoreBackupOfOriginal(backupsDir, configPath)).toBe('untouched');
    expect((await live()).toString()).toBe('# newer\n');
    expect(await restoreBackupOfOriginal(backupsDir, join(folder, 'other.conf'))).toBe('untouched');
  });

  it('is put over ours that was changed by hand', async () => {
    await writeFile(configPath, FOREIGN);
    await replace(`${ours(1)}# by hand\n`, START);
    expect(await restoreBackupOfOriginal(backupsDir, configPath)).toBe('restored');
    expect((await live()).toString()).toBe(FOREIGN);
  });

  it('is never a file of ours: its own original was lost', async () => {
    await writeFile(configPath, ours(1));
    await replace(ours(2), START);
    expect(await findOriginal(backupsDir, configPath)).toBeNull();
    expect(await restoreBackupOfOriginal(backupsDir, configPath)).toBe('untouched');
  });

  it('is kept for each path', async () => {
    const second = join(folder, 'second.conf');
    await writeFile(configPath, FOREIGN);
    await writeFile(second, '# second\n');
    await keepBackup(backupsDir, configPath, START);
    await keepBackup(backupsDir, second, START + 1);
    expect(await findOriginal(backupsDir, configPath)).toBe(FOREIGN);
    expect(await findOriginal(backupsDir, second)).toBe('# second\n');
  });
});

describe('the others', () => {
  it('are the newest twenty, newest first, and the original stays beside them', async () => {
    await writeFile(configPath, FOREIGN);
    for (let i = 0; i <= 30; i++) await replace(ours(i), START + i * DAY);
    expect((await others()).map(({ at }) => at)).toEqual(
      Array.from({ length: 20 }, (_, i) => START + (30 - i) * DAY),
    );
    expect(await findOriginal(backupsDir, configPath)).toBe(FOREIGN);
  });

  it('know whose they were and when they were kept', async () => {
    await writeFile(configPath, FOREIGN);
    await replace(ours(1), START);
    await replace(ours(2), START + 1);
    expect(await others()).toEqual([
      { id: '20261123T194602008Z-ours', at: START + 1, bytes: ours(1).length, ours: true },
      { id: '20261123T194602007Z-foreign', at: START, bytes: FOREIGN.length, ours: false },
    ]);
  });

  it('are not kept twice in a row', async () => {
    await writeFile(configPath, FOREIGN);
    await keepBackup(backupsDir, configPath, START);
    await keepBackup(backupsDir, configPath, START + DAY);
    expect(await others()).toHaveLength(1);
  });

  it("hold the operator's bytes, whatever their encoding", async () => {
    await writeFile(configPath, FOREIGN);
    await replace(ours(1), START);
    const bytes = Buffer.from([0x23, 0x20, 0xe9, 0x0a]);
    await writeFile(configPath, bytes);
    await keepBackup(backupsDir, configPath, START + DAY);
    const [newest] = await others();
    expect(await readFile(join(backupsDir, `${newest?.id}.conf`))).toEqual(bytes);
  });

  it('can be read by root only, and are none where nothing was kept', async () => {
    expect(await listBackups(backupsDir)).toEqual([]);
    await writeFile(configPath, FOREIGN);
    await replace(ours(1), START);
    for (const name of await readdir(backupsDir))
      expect((await stat(join(backupsDir, name))).mode & 0o777).toBe(0o600);
  });
});
