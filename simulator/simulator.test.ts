// The real program, outside a container, on ports of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readDialect } from '../lib/stations/dialect.ts';
import { parseStatsLine } from '../lib/stations/log-line.ts';
import { parseMetrics } from '../lib/stations/metrics.ts';
import { inspectKey } from '../lib/stations/station-key.ts';
import { parseStatsFile } from '../lib/stations/stats-file.ts';
import { waitFor } from '../test/harness/wait-for.ts';
import { compileSimulator } from './compile.ts';
import { readTruth, sendControl } from './control.ts';

// Below the range from which the kernel hands out ports to others: all of 443, 5566, 9099 above it.
const OFFSET = 22_300;
const CONTROL = 9099 + OFFSET;
const METRICS = 31_990;
let directory: string;
let program: string;
let child: ChildProcess | undefined;
let output = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'simulator-'));
  program = await compileSimulator(directory);
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));
afterEach(async () => {
  if (child?.exitCode === null) {
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
  child = undefined;
});

async function start(dialect: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const dataDir = await mkdtemp(join(directory, 'data-'));
  await startIn(dataDir, args, { CONDUIT_SIM_DIALECT: dialect, ...env });
  return dataDir;
}

async function startIn(
  dataDir: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<void> {
  output = '';
  const started = spawn(program, ['start', '--data-dir', dataDir, ...args], {
    env: { ...process.env, CONDUIT_SIM_PORT_OFFSET: String(OFFSET), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  started.stdout.on('data', collect);
  started.stderr.on('data', collect);
  await waitFor('the control port', () =>
    readTruth('127.0.0.1', CONTROL).then(
      () => true,
      () => false,
    ),
  );
}

async function kill(): Promise<void> {
  child?.kill('SIGKILL');
  await waitFor('its end', () => child?.signalCode !== null);
}

function refused(dialect: string, args: string[]) {
  const result = spawnSync(program, args, {
    env: { ...process.env, CONDUIT_SIM_DIALECT: dialect },
    encoding: 'utf8',
    timeout: 5000,
  });
  return { code: result.status, text: result.stdout + result.stderr };
}

async function metrics(withinMs = 4000) {
  const signal = AbortSignal.timeout(withinMs);
  const response = await fetch(`http://127.0.0.1:${METRICS}/metrics`, { signal });
  return parseMetrics(await response.text());
}

describe('command line', () => {
  it.each([
    ['january', '--max-common-clients'],
    ['january', '--compartment-id'],
    ['february', '--max-clients'],
    ['february', '--stats-file'],
    ['ssmirr', '--metrics-addr'],
  ])('%s refuses %s of another generation', (dialect, flag) => {
    expect(refused(dialect, ['start', `${flag}=1`])).toMatchObject({
      code: 1,
      text: expect.stringContaining(`unknown flag: ${flag}`),
    });
  });

  it.each([
    ['january', ['--max-clients', '0']],
    ['february', ['--max-common-clients', '1001']],
    ['february', ['--max-common-clients', '0']],
    ['february', ['--bandwidth', '0']],
    ['february', ['--max-personal-clients', '5']],
    ['february', ['--set', 'Nonsense=1']],
    ['february', ['--max-common-clients', 'many']],
  ])('%s refuses %j', (dialect, args) => {
    expect(refused(dialect, ['start', ...args]).code).toBe(1);
  });

  it.each(['january', 'february', 'ssmirr'])('says that it is %s in its help', (dialect) => {
    expect(readDialect(refused(dialect, ['start', '--help']).text, 'x').name).toBe(dialect);
  });
});

describe('key', () => {
  it('derives the published vector', () => {
    const { text } = refused('february', ['simulator-key', `${'abandon '.repeat(23)}art`]);
    expect(text.trim()).toBe(
      'PPNagm7YwP9l71zJ6p9KtpKWN30SXcFruG+6EdDMgDCgPdEPDTXjAPIfgb6SgNduclLg2tsnU4JEp/hyh20Ueg',
    );
  });

  it('is sound, kept over a restart, and overwritten without a word when it is damaged', async () => {
    const dataDir = await start('february', []);
    const first = await readFile(join(dataDir, 'conduit_key.json'), 'utf8');
    expect(inspectKey(first).state).toBe('sound');
    await kill();
    await startIn(dataDir);
    expect(await readFile(join(dataDir, 'conduit_key.json'), 'utf8')).toBe(first);
    await kill();
    await writeFile(join(dataDir, 'conduit_key.json'), first.slice(0, 60));
    await startIn(dataDir);
    await waitFor(
      'a new key',
      async () => inspectKey(await readFile(join(dataDir, 'conduit_key.json'), 'utf8')).state === 'sound',
    );
    expect(await readFile(join(dataDir, 'conduit_key.json'), 'utf8')).not.toBe(first);
  });
});

describe('reports', () => {
  it('counts sessions and bytes the same in metrics and in truth', async () => {
    await start('february', ['--metrics-addr', `127.0.0.1:${METRICS}`]);
    const socket = await open(443 + OFFSET);
    expect(await talk(socket, 'hello')).toBe('hello');
    await sendControl('127.0.0.1', ['clients RU 3', 'bytes RU 100 200', 'announcing 2'], CONTROL);
    const truth = await readTruth('127.0.0.1', CONTROL);
    expect(truth).toMatchObject({ connected: 4, uploadedBytes: 105, downloadedBytes: 205 });
    const seen = await metrics();
    expect(seen).toMatchObject({
      connected: 4,
      uploadedBytes: 105,
      downloadedBytes: 205,
      announcing: 2,
      live: true,
    });
    expect(seen?.regions?.reduce((sum, region) => sum + region.connected, 0)).toBe(4);
    socket.destroy();
    await waitFor('the session to end', async () => (await metrics())?.connected === 3);
  });

  it('writes the January log lines and stats file', async () => {
    const dataDir = await start('january', ['--stats-file']);
    await sendControl('127.0.0.1', ['clients IR 5', 'bytes IR 2048 4096'], CONTROL);
    await waitFor('a line', () => output.includes('[STATS]'));
    const line = output.split('\n').find((text) => text.includes('[STATS]')) ?? '';
    expect(parseStatsLine(line)).toMatchObject({
      connected: 5,
      uploadedBytes: 2048,
      downloadedBytes: 4096,
      announcing: null,
    });
    await waitFor(
      'the file',
      async () => parseStatsFile(await readFile(join(dataDir, 'stats.json'), 'utf8'))?.connected === 5,
    );
  });

  it('answers a datagram as often as it is asked to', async () => {
    await start('february', []);
    const socket = createSocket('udp4');
    let replies = 0;
    socket.on('message', () => void replies++);
    socket.send('BURST 10', 5566 + OFFSET, '127.0.0.1');
    await waitFor('ten replies', () => replies === 10);
    expect((await readTruth('127.0.0.1', CONTROL)).connected).toBe(1);
    socket.close();
  });
});

describe('scripts', () => {
  it('hang and come back', async () => {
    await start('february', ['--metrics-addr', `127.0.0.1:${METRICS}`]);
    await sendControl('127.0.0.1', ['hang'], CONTROL);
    await expect(metrics(1000)).rejects.toThrow();
    await sendControl('127.0.0.1', ['resume'], CONTROL);
    expect((await metrics())?.live).toBe(true);
  });

  it('crash, close the ingress, and start slowly', async () => {
    await start('february', [], { CONDUIT_SIM_SCRIPT: 'slow-start 1' });
    await expect(open(443 + OFFSET)).rejects.toThrow();
    await waitFor('the ingress', () =>
      open(443 + OFFSET).then(
        (socket) => socket.destroy() !== undefined,
        () => false,
      ),
    );
    await sendControl('127.0.0.1', ['listen off'], CONTROL);
    await expect(open(443 + OFFSET)).rejects.toThrow();
    await sendControl('127.0.0.1', ['listen on'], CONTROL);
    (await open(443 + OFFSET)).destroy();
    await expect(sendControl('127.0.0.1', ['dance'], CONTROL)).rejects.toThrow('not understood');
    await sendControl('127.0.0.1', ['crash 7'], CONTROL);
    await waitFor('its end', () => child?.exitCode === 7);
  });
});

it('holds 2,000 sessions in under 100 MB', async () => {
  await mkdir(directory, { recursive: true });
  await start('february', ['-m', '1000', '--max-personal-clients', '1000', '--compartment-id', 'x']);
  const sockets: Socket[] = [];
  for (let i = 0; i < 20; i++)
    sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => open(443 + OFFSET)))));
  const answers = await Promise.all(sockets.map((socket, i) => talk(socket, `session ${i}`)));
  expect(answers.every((answer, i) => answer === `session ${i}`)).toBe(true);
  expect((await readTruth('127.0.0.1', CONTROL)).connected).toBe(2000);
  const status = await readFile(`/proc/${child?.pid}/status`, 'utf8');
  expect(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1])).toBeLessThan(100 * 1024);
  for (const socket of sockets) socket.destroy();
}, 30_000);

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

function talk(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (chunk) => resolve(chunk.toString()));
    socket.once('error', reject);
    socket.write(text);
  });
}
