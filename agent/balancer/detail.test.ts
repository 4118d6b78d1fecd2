import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withMarker } from '../../lib/balancer/marker.ts';
import { readDisplacedSites } from './detail.ts';

const SITE = 'http { server { listen 443 ssl; server_name example.org; } }\n';
let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'displaced-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('readDisplacedSites', () => {
  const displaced = async (text: string, hostDefault = true) => {
    const configPath = join(directory, 'nginx.conf');
    await writeFile(configPath, text);
    return readDisplacedSites({ configPath }, async () => hostDefault);
  };

  it('names what stops being served before ours is written', async () => {
    expect(await displaced(SITE)).toEqual(['example.org (port 443) in nginx.conf']);
  });

  it('names nothing where ours is live already, or runs beside the host’s own', async () => {
    expect(await displaced(withMarker(SITE))).toEqual([]);
    expect(await displaced(SITE, false)).toEqual([]);
  });

  it('names nothing where there is no file', async () => {
    const configPath = join(directory, 'absent.conf');
    expect(await readDisplacedSites({ configPath }, async () => true)).toEqual([]);
  });
});
