import {
  lstat,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Trace } from '../contract/migration.ts';
import { isTheirCronLine } from './find-traces.ts';
import { archiveFiles, putBack, shred, takeAway } from './host-files.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hostfiles-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const THEIRS = '*/5 * * * * /opt/conduit/health-check.sh';
const folder = () => join(root, 'archive');
const at = (name: string) => join(root, name);
const trace = (name: string, action: Trace['action']): Trace => ({ path: at(name), what: '', action });

async function archived(name: string, action: Trace['action']) {
  const [file] = await archiveFiles([trace(name, action)], folder(), isTheirCronLine);
  if (file === undefined) throw new Error('nothing was archived');
  return file;
}
const back = (file: Awaited<ReturnType<typeof archived>>) => putBack(file, folder(), isTheirCronLine);

describe('a file that is taken away', () => {
  it('comes back with content, mode and time, as often as it is asked for', async () => {
    await writeFile(at('unit'), 'ExecStart=/x\n', { mode: 0o640 });
    const before = await lstat(at('unit'));
    const file = await archived('unit', 'remove');
    await takeAway(file, isTheirCronLine);
    await takeAway(file, isTheirCronLine);
    expect(await readdir(root)).toEqual(['archive']);
    expect(await back(file)).toBeNull();
    expect(await back(file)).toBeNull();
    const after = await lstat(at('unit'));
    expect([after.mode, Math.floor(after.mtimeMs)]).toEqual([before.mode, Math.floor(before.mtimeMs)]);
    expect(await readFile(at('unit'), 'utf8')).toBe('ExecStart=/x\n');
  });

  it('is not forgotten when its archive is made again after a crash', async () => {
    await writeFile(at('unit'), 'theirs');
    const file = await archived('unit', 'remove');
    await takeAway(file, isTheirCronLine);
    await writeFile(at('other'), 'found late');
    const again = await archiveFiles([trace('other', 'remove')], folder(), isTheirCronLine, [file]);
    expect(again.map(({ path }) => path)).toEqual([at('unit'), at('other')]);
    for (const one of again) await takeAway(one, isTheirCronLine);
    for (const one of again) expect(await back(one)).toBeNull();
    expect([await readFile(at('unit'), 'utf8'), await readFile(at('other'), 'utf8')]).toEqual([
      'theirs',
      'found late',
    ]);
  });

  it('moves what somebody put in its place aside, and nothing that lies there already', async () => {
    await writeFile(at('unit'), 'old');
    await writeFile(at('unit.before-rollback'), 'from another time');
    const file = await archived('unit', 'remove');
    await takeAway(file, isTheirCronLine);
    await writeFile(at('unit'), 'new');
    expect(await back(file)).toContain('unit.before-rollback-2');
    expect(await readFile(at('unit'), 'utf8')).toBe('old');
    expect(await readFile(at('unit.before-rollback'), 'utf8')).toBe('from another time');
    expect(await readFile(at('unit.before-rollback-2'), 'utf8')).toBe('new');
  });

  it('is not put back from a copy that is not what was kept', async () => {
    await writeFile(at('unit'), 'old');
    const file = await archived('unit', 'remove');
    await takeAway(file, isTheirCronLine);
    await writeFile(join(folder(), file.copy ?? ''), 'damaged');
    await expect(back(file)).rejects.toThrow('damaged');
    expect(await readdir(root)).toEqual(['archive']);
  });
});

describe('a link', () => {
  it('comes back in the place of ours', async () => {
    await symlink('/opt/conduit/conduit', at('conduit'));
    const file = await archived('conduit', 'replace');
    await takeAway(file, isTheirCronLine);
    await symlink('/usr/local/lib/conduit/current/conduit', at('conduit'));
    expect(await back(file)).toBeNull();
    expect(await readlink(at('conduit'))).toBe('/opt/conduit/conduit');
    expect((await readdir(root)).sort()).toEqual(['archive', 'conduit']);
  });
});

describe('a crontab', () => {
  const text = `MAILTO=me\n${THEIRS}\n5 5 * * * backup\n`;

  it('loses their lines only, and gets them back where they stood', async () => {
    await writeFile(at('root'), text);
    const file = await archived('root', 'lines');
    await takeAway(file, isTheirCronLine);
    expect(await readFile(at('root'), 'utf8')).toBe('MAILTO=me\n5 5 * * * backup\n');
    expect(await back(file)).toBeNull();
    expect(await readFile(at('root'), 'utf8')).toBe(text);
  });

  it('keeps what was written into it meanwhile', async () => {
    await writeFile(at('root'), text);
    const file = await archived('root', 'lines');
    await takeAway(file, isTheirCronLine);
    await writeFile(at('root'), 'MAILTO=you\n');
    expect(await back(file)).toContain('at the end');
    expect(await readFile(at('root'), 'utf8')).toBe(`MAILTO=you\n${THEIRS}\n`);
    // A crash afterwards: the second time adds nothing.
    await back(file);
    expect(await readFile(at('root'), 'utf8')).toBe(`MAILTO=you\n${THEIRS}\n`);
  });
});

describe('a file of which a copy is kept', () => {
  it('stays, and comes back when it was changed', async () => {
    await writeFile(at('settings.conf'), 'MAX_CLIENTS=1\n');
    const file = await archived('settings.conf', 'copy');
    await takeAway(file, isTheirCronLine);
    expect(await readFile(at('settings.conf'), 'utf8')).toBe('MAX_CLIENTS=1\n');
    await rename(at('settings.conf'), at('gone'));
    await back(file);
    expect(await readFile(at('settings.conf'), 'utf8')).toBe('MAX_CLIENTS=1\n');
  });
});

describe('shredding', () => {
  it('overwrites a file before it goes', async () => {
    await writeFile(at('cumulative_ips'), 'Iran|203.0.113.9\n'.repeat(100_000));
    // A second name of the same content shows what became of it.
    const { link } = await import('node:fs/promises');
    await link(at('cumulative_ips'), at('same'));
    await shred(at('cumulative_ips'));
    const left = await readFile(at('same'));
    expect(left.length).toBe(1_700_000);
    expect(left.every((byte) => byte === 0)).toBe(true);
    await shred(at('cumulative_ips'));
    expect((await readdir(root)).sort()).toEqual(['same']);
  });
});
