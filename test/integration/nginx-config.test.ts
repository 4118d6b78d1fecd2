// The real nginx reads what we render. Needs root, as the balancer does; nothing is started.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { SocketAddress } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHostLimits } from '../../lib/balancer/host-limits.ts';
import { type NginxInstall, readNginxInstall } from '../../lib/balancer/nginx-install.ts';
import { type Backend, renderNginxConf } from '../../lib/balancer/render.ts';
import { sizeBalancer } from '../../lib/balancer/sizing.ts';
import { type BalancerSettings, DEFAULT_BALANCER_SETTINGS } from '../../lib/contract/settings.ts';
import { run } from '../../lib/host/run.ts';

const PRIMARY = 29_643;
const SECONDARY = 29_766;
let folder = '';
let nginx: NginxInstall;
let template = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nginx-config-'));
  nginx = await readNginxInstall();
  template = await readFile(join(import.meta.dirname, '../../templates/nginx.conf'), 'utf8');
});
afterAll(() => rm(folder, { recursive: true }));

interface Case {
  backends: readonly Backend[];
  targetSessions: number;
  ipv6: boolean;
  errorPort: number | null;
  settings?: Partial<BalancerSettings>;
}

/** What nginx says of the file: nothing but that it is fine, or the test fails with its words. */
async function warnings({ backends, targetSessions, ipv6, errorPort, settings }: Case): Promise<string[]> {
  const path = join(folder, 'nginx.conf');
  const limits = await readHostLimits();
  await writeFile(
    path,
    renderNginxConf({
      template,
      backends,
      settings: {
        ...DEFAULT_BALANCER_SETTINGS,
        primaryPort: PRIMARY,
        secondaryPort: SECONDARY,
        targetSessions,
        ...settings,
      },
      sizing: sizeBalancer({ targetSessions, ...limits }),
      moduleLines: nginx.moduleLines,
      user: nginx.workerUser,
      ipv6: ipv6 && limits.ipv6,
      paths: { pidFile: join(folder, 'nginx.pid'), emergencyLog: join(folder, 'startup.log') },
      errorPort,
    }),
  );
  const { stderr } = await run('nginx', ['-t', '-c', path]);
  return stderr.split('\n').filter((line) => /\[(warn|error|alert|crit|emerg)\]/.test(line));
}

/** As Docker writes it. Of the odd spellings of an IPv6 address (`1:2:3:4:5:6:7::`) nginx refuses some. */
const ipv6 = fc.ipV6().map((address) => new SocketAddress({ address, family: 'ipv6' }).address);
const backends = fc
  .uniqueArray(
    fc.record({
      index: fc.integer({ min: 1, max: 10_000 }),
      address: fc.oneof(fc.ipV4(), ipv6),
    }),
    { maxLength: 80, selector: ({ index }) => index },
  )
  .map((all) => [...new Map(all.map((one) => [one.address, one])).values()]);

describe('nginx -t', () => {
  it('accepts every set of stations, without a warning', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          backends,
          targetSessions: fc.integer({ min: 100, max: 200_000 }),
          ipv6: fc.boolean(),
          errorPort: fc.option(fc.integer({ min: 700, max: 1023 })),
        }),
        async (one) => {
          expect(await warnings(one)).toEqual([]);
        },
      ),
      { numRuns: 15 },
    );
  });

  it.each([0, 1, 1000, 5000])('accepts %d stations: their shared memory suffices', async (count) => {
    const many = Array.from({ length: count }, (_, i) => ({
      index: i + 1,
      address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
    }));
    const one = { backends: many, targetSessions: 40_000, ipv6: true, errorPort: 1023 };
    expect(await warnings(one)).toEqual([]);
  });

  it('accepts extra ports, a limit for each client and other times', async () => {
    const settings = {
      extraPorts: [29_680, 29_653, 29_684],
      sessionsPerClient: 50,
      oldWorkerMinutes: 10_080,
      tcpIdleMinutes: 1,
      udpIdleSeconds: 3600,
    };
    const one = {
      backends: [{ index: 1, address: '10.0.0.1' }],
      targetSessions: 40_000,
      ipv6: true,
      errorPort: null,
    };
    expect(await warnings({ ...one, settings })).toEqual([]);
  });

  it('refuses a file that is broken, so that the tests above mean something', async () => {
    await writeFile(join(folder, 'broken.conf'), 'stream { listen }\n');
    await expect(run('nginx', ['-t', '-c', join(folder, 'broken.conf')])).rejects.toThrow('nginx');
  });
});
