import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readForeignSites, sitesOf } from './foreign-sites.ts';

describe('sitesOf', () => {
  it.each([
    [
      'server { listen 80; server_name example.org www.example.org; }',
      ['example.org, www.example.org (port 80)'],
    ],
    ['server { listen 80 default_server; listen [::]:80; server_name _; }', ['default site (port 80)']],
    ['server { listen 443 ssl; listen 8443 ssl; server_name a.example; }', ['a.example (port 443, 8443)']],
    ['server { listen 192.0.2.5; server_name b.example; }', ['b.example (port 80)']],
    ['server { listen [::1]; server_name c.example; }', ['c.example (port 80)']],
    ['server { listen unix:/run/web8.sock; server_name d.example; }', ['d.example']],
    ['server {\n location / { return 200; }\n server_name e.example;\n}', ['e.example']],
    ['# server { listen 80; server_name gone.example; }', []],
    ['upstream web { server 192.0.2.1:80; }', []],
    ['events {}', []],
  ])('%s', (text, sites) => expect(sitesOf(text)).toEqual(sites));
});

describe('readForeignSites', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreign-sites-'));
    for (const name of ['conf.d', 'sites-enabled']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'conf.d/shop.conf'), 'server { listen 80; server_name shop.example; }');
    await writeFile(join(folder, 'conf.d/shop.conf.old'), 'server { server_name old.example; }');
    await writeFile(join(folder, 'sites-enabled/blog'), 'server { listen 81; server_name blog.example; }');
    await mkdir(join(folder, 'sites-enabled/a-folder'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('names the sites of every folder that the file includes, and its own', async () => {
    const original = [
      'http { include conf.d/*.conf;',
      'include /etc/nginx/sites-enabled/*;',
      'server { listen 82; server_name here.example; } }',
    ].join('\n');
    expect(await readForeignSites(join(folder, 'nginx.conf'), original)).toEqual([
      'here.example (port 82) in nginx.conf',
      'blog.example (port 81) in sites-enabled/blog',
      'shop.example (port 80) in conf.d/shop.conf',
    ]);
  });

  it('leaves out folders that are not included, and asks nothing where there was no file', async () => {
    expect(await readForeignSites(join(folder, 'nginx.conf'), 'events {}')).toEqual([]);
    expect(await readForeignSites(join(folder, 'nginx.conf'), null)).toEqual([]);
  });
});
