/** The balancers ours is held against, each started on a port of its own and ended again. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NginxInstall } from '../lib/balancer/nginx-install.ts';
import { run } from '../lib/host/run.ts';

/**
 * The plan's mapping: nginx sends to loopback ports, behind each of which a docker-proxy copies to the station. As the
 * plan has it, but with limits that work.
 * @returns ends it
 */
export async function startPlansNginx(
  { moduleLines, workerUser }: NginxInstall,
  port: number,
  loopbackBase: number,
  stations: number,
): Promise<() => Promise<unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'plan-'));
  const servers = Array.from({ length: stations }, (_, i) => `    server 127.0.0.1:${loopbackBase + i + 1};`);
  const path = join(folder, 'nginx.conf');
  await writeFile(
    path,
    [
      `user ${workerUser};`,
      'worker_processes auto;',
      'worker_rlimit_nofile 16384;',
      `pid ${folder}/nginx.pid;`,
      `error_log ${folder}/error.log crit;`,
      ...moduleLines,
      'events { worker_connections 8192; use epoll; }',
      'stream {',
      '  upstream backend { least_conn;',
      ...servers,
      '  }',
      `  server { listen ${port} reuseport; proxy_pass backend; proxy_timeout 10m; proxy_connect_timeout 5s; }`,
      '}',
    ].join('\n'),
  );
  await run('nginx', ['-c', path]);
  return () => run('nginx', ['-c', path, '-s', 'stop']);
}

/** @returns ends it. @throws CommandError when it is not there and cannot be installed */
export async function startHaproxy(
  port: number,
  addresses: readonly string[],
): Promise<() => Promise<unknown>> {
  await ensureHaproxy();
  const folder = await mkdtemp(join(tmpdir(), 'haproxy-'));
  const path = join(folder, 'haproxy.cfg');
  await writeFile(
    path,
    [
      'global',
      `  nbthread ${availableParallelism()}`,
      '  maxconn 8000',
      `  pidfile ${folder}/pid`,
      'defaults',
      '  mode tcp',
      '  timeout connect 5s',
      '  timeout client 10m',
      '  timeout server 10m',
      'frontend clients',
      `  bind 0.0.0.0:${port}`,
      '  default_backend stations',
      'backend stations',
      '  balance leastconn',
      ...addresses.map((address, i) => `  server s${i + 1} ${address}:443`),
      '',
    ].join('\n'),
  );
  await run('haproxy', ['-D', '-f', path]);
  return () => run('pkill', ['-F', join(folder, 'pid')]);
}

async function ensureHaproxy(): Promise<void> {
  const found = await run('haproxy', ['-v']).catch(() => null);
  if (found !== null) return;
  // Its service would take port 80 on a server that has one; only the program is wanted.
  await run('apt-get', ['install', '-y', '--no-install-recommends', 'haproxy'], {
    timeoutMs: 300_000,
    env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
}
