import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { giveVolumeTo, userIdOf } from './volume-owner.ts';

describe('the owner of a volume', () => {
  it('follows from how an image names its user', () => {
    expect(['1000', '65532:65532', 'conduit', 'nonroot', '', 'somebody'].map(userIdOf)).toEqual([
      1000,
      65_532,
      1000,
      65_532,
      0,
      null,
    ]);
  });

  it.runIf(process.getuid?.() === 0)('changes for everything inside, and nothing behind a link', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'volume-'));
    const outside = join(await mkdtemp(join(tmpdir(), 'outside-')), 'file');
    await writeFile(outside, '');
    await mkdir(join(directory, 'deep'));
    await writeFile(join(directory, 'deep/key'), '');
    await symlink(outside, join(directory, 'link'));
    await giveVolumeTo(directory, 65_532);
    for (const path of [directory, join(directory, 'deep'), join(directory, 'deep/key')])
      expect((await stat(path)).uid).toBe(65_532);
    expect((await stat(outside)).uid).toBe(0);
    await rm(directory, { recursive: true });
  });
});
