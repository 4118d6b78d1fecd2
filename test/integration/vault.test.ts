// Keys out of a server and into another one: sealed, opened by the public age tool, restored with the same identities.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { conduit } from '../../cli/run-with-fake-agent.ts';
import { PART_BYTES } from '../../lib/contract/vault.ts';
import { run } from '../../lib/host/run.ts';
import { KEY_FILE } from '../../lib/stations/station-key.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, finished, runningOnEngine, volumeDirectory } from '../harness/fleet.ts';
import { openTcp, say } from '../harness/sockets.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'vlta';
vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });
const passphrase = 'seven quiet lamps over the harbour';
const balancer = { primaryPort: 28_763, secondaryPort: 28_764, drainSeconds: 1 };
const settings = { image: 'conduit-simulator:february', count: 3, loopbackPorts: false, maxClients: 77 };
/** The published test vector: a sound key that is nobody's. */
const STRANGER = JSON.stringify({
  mnemonic: `${'abandon '.repeat(23)}art`,
  privateKeyBase64: 'PPNagm7YwP9l71zJ6p9KtpKWN30SXcFruG+6EdDMgDCgPdEPDTXjAPIfgb6SgNduclLg2tsnU4JEp/hyh20Ueg',
});
const STRANGER_ID = 'fUoLlcFGjN6wAEwpzUjh2N6DPrqVhm8+F8uXAWVt5gU';

let agent: TestAgent;
let folder = '';
let archive = '';
let proxyIds: (string | null)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vault-'));
  agent = await startTestAgent({ prefix, balancer });
  expect((await apply(agent, { settings })).error).toBeNull();
  await waitFor('every key in the ledger', async () => (await ledger()).length === 3);
  await waitFor('every Proxy ID', async () => {
    proxyIds = await idsNow();
    return !proxyIds.includes(null);
  });
});
afterAll(async () => {
  await agent.dispose();
  await rm(folder, { recursive: true, force: true });
});

const state = () => agent.client.call('vault.get', {});
const ledger = async () => (await state()).ledger;
const idsNow = async (count = 3) => {
  const ids: (string | null)[] = [];
  for (let station = 1; station <= count; station++)
    ids.push((await agent.client.call('station.get', { station })).proxyId);
  return ids;
};
const keyPath = async (station: number) => join(await volumeDirectory(prefix, station), KEY_FILE);
const keyText = async (station: number) => readFile(await keyPath(station), 'utf8');
const inArchive = (station: number) => `${prefix}-data-${station}`;
const problemCodes = async () =>
  (await agent.client.call('snapshot.get', {})).problems.map(({ code }) => code);
const restore = async (input: object = {}) =>
  finished(agent, await agent.client.call('vault.restore', { id: archive, passphrase, ...input }));
/** What the CLI does, against the agent. */
const cli = (words: string, world = {}) => conduit(words, {}, { client: agent.client, ...world });
const replacedKeys = () => readdir(join(agent.stateDir, 'backups/replaced-keys'));

/** A session on each of the three stations, each proved by an echo. */
async function oneOnEach(): Promise<Socket[]> {
  await waitFor('all in the balancer', async () => {
    const { balancer: now } = await agent.client.call('snapshot.get', {});
    return now.backends === 3;
  });
  const sessions: Socket[] = [];
  for (let i = 0; i < 3; i++) {
    const socket = await openTcp(balancer.primaryPort);
    await say(socket, 'hello');
    sessions.push(socket);
  }
  return sessions;
}

async function bring(name: string, content: Buffer): Promise<string> {
  const upload = randomBytes(12).toString('hex');
  for (let offset = 0; ; offset += PART_BYTES) {
    const part = content.subarray(offset, offset + PART_BYTES);
    const last = offset + PART_BYTES >= content.length ? { name } : {};
    const put = { upload, offset, content: part.toString('base64'), ...last };
    const { id } = await agent.client.call('vault.put', put);
    if (id !== null) return id;
  }
}

/** Every file of ours, and the log, searched for what must not be in them. */
async function expectNowhere(text: string): Promise<void> {
  for (const entry of await readdir(agent.stateDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) expect((await readFile(path, 'latin1')).includes(text), path).toBe(false);
  }
  expect(agent.log()).not.toContain(text);
}

describe('a backup', () => {
  it('is made by the command, and saved where it was asked for', async () => {
    const passphraseFile = join(folder, 'passphrase');
    await writeFile(passphraseFile, `${passphrase}\n`, { mode: 0o600 });
    const words = `backup --history --to ${folder} --passphrase-file ${passphraseFile} --json`;
    const { code, out, err } = await cli(words);
    expect(code, err).toBe(0);
    const made = JSON.parse(out) as { id: string; path: string };
    archive = made.id;
    expect(made.path).toBe(join(folder, archive));
    expect((await stat(made.path)).mode & 0o777).toBe(0o600);
    expect((await state()).archives).toMatchObject([{ id: archive, kind: 'manual' }]);
    const again = await cli(`vault save ${archive} --to ${folder}`);
    expect(again.code).toBe(2);
    expect(again.err).toContain('nothing is overwritten');
  });

  it('is opened by the age tool: every key, the settings, the history and nobody’s password', async () => {
    const tar = join(folder, 'plain.tar');
    // The tool asks on its terminal and nowhere else.
    await run('script', ['-qec', `age --decrypt -o ${tar} ${join(folder, archive)}`, '/dev/null'], {
      input: `${passphrase}\n`,
    });
    const plain = join(folder, 'plain');
    await mkdir(plain);
    await run('tar', ['-x', '-C', plain, '-f', tar]);
    for (const station of [1, 2, 3])
      expect(await readFile(join(plain, 'keys', `${inArchive(station)}.json`), 'utf8')).toBe(
        await keyText(station),
      );
    const saved = JSON.parse(await readFile(join(plain, 'settings.json'), 'utf8'));
    expect(saved.fleet).toMatchObject({ active: true, settings });
    const history = await readFile(join(plain, 'history.db'), 'latin1');
    expect(history.startsWith('SQLite format 3')).toBe(true);
    expect(history).toContain('history_10s');
    for (const table of ['admins', 'sessions', 'password_hash', 'job_log', 'activity'])
      expect(history.includes(table), table).toBe(false);
  });

  it('leaves neither passphrase nor key anywhere else', async () => {
    await expectNowhere(passphrase);
    await expectNowhere(JSON.parse(await keyText(1)).privateKeyBase64);
    expect((await readdir(join(agent.stateDir, 'backups/vault'))).filter((name) => name !== archive)).toEqual(
      [],
    );
  });

  it('is for nobody without a session', async () => {
    await expect(agent.panelClient().call('vault.get', {})).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    const parts = agent.panelClient().stream('vault.download', { id: archive });
    await expect(parts.next()).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('what cannot be restored', () => {
  it('says why, and nothing is changed', async () => {
    const whole = await readFile(join(folder, archive));
    await expect(
      agent.client.call('vault.open', { id: archive, passphrase: 'not this one, sorry' }),
    ).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'passphrase' }] });
    await expect(bring('diary.txt', Buffer.from('Dear diary'))).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('not in the age format'),
    });
    const cut = await bring('cut.age', whole.subarray(0, 3000));
    for (const call of ['vault.open', 'vault.restore'] as const)
      await expect(agent.client.call(call, { id: cut, passphrase })).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('cut off or changed'),
      });
    await agent.client.call('vault.remove', { id: cut });
    await expect(agent.client.call('vault.open', { id: cut, passphrase })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await idsNow()).toEqual(proxyIds);
  });

  it('is a key that lives in another station', async () => {
    const placements = [{ volume: inArchive(1), to: 2 }];
    await expect(
      agent.client.call('vault.restore', { id: archive, passphrase, placements, replace: true }),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('lives as station 1') });
  });
});

describe('a damaged key', () => {
  it('comes back, and what was there is kept', async () => {
    await writeFile(await keyPath(2), '{"broken');
    const dry = await cli(`restore ${archive} --stations 2 --dry-run --passphrase-stdin`, {
      readStdin: async () => passphrase,
    });
    expect(dry.out).toContain('its key is damaged');
    expect(await keyText(2)).toBe('{"broken');
    const job = await restore({ placements: [{ volume: inArchive(2), to: 2 }] });
    expect(job.error).toBeNull();
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3]);
    expect(await idsNow()).toEqual(proxyIds);
    // Whoever the station runs as can read its key.
    const file = await stat(await keyPath(2));
    expect([file.uid, file.mode & 0o777]).toEqual([
      (await stat(await volumeDirectory(prefix, 2))).uid,
      0o600,
    ]);
    const [kept = ''] = await replacedKeys();
    expect(await readFile(join(agent.stateDir, 'backups/replaced-keys', kept), 'utf8')).toBe('{"broken');
    expect(await problemCodes()).not.toContain('key-alarm');
  });
});

describe('another identity', () => {
  it('is not replaced unasked, and is kept when it is', async () => {
    await writeFile(await keyPath(3), STRANGER);
    expect((await ledger()).find(({ station }) => station === 3)?.alarm).toContain(STRANGER_ID);
    await agent.client.call('vault.forget', { volume: inArchive(3) });
    expect(await ledger()).toContainEqual(
      expect.objectContaining({ station: 3, proxyId: STRANGER_ID, alarm: null }),
    );
    await expect(agent.client.call('vault.restore', { id: archive, passphrase })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`it is ${STRANGER_ID}, the archive has ${proxyIds[2]}`),
    });
    expect(await keyText(3)).toBe(STRANGER);
    await agent.client.call('balancer.configure', { drainSeconds: 60 });
    const sessions = await oneOnEach();
    const asked = { id: archive, passphrase, replace: true };
    const { jobId } = await agent.client.call('vault.restore', asked);
    await waitFor('its session to be let finish', async () => {
      const { steps } = await agent.client.call('job.get', { id: jobId });
      return (
        steps.find(({ key }) => key === 'keys')?.message?.startsWith('1 session on 1 station still open') ===
        true
      );
    });
    for (const socket of sessions) expect(await say(socket, 'there?')).toBe('there?');
    for (const socket of sessions) socket.destroy();
    expect((await finished(agent, { jobId })).error).toBeNull();
    await agent.client.call('balancer.configure', { drainSeconds: balancer.drainSeconds });
    expect(await idsNow()).toEqual(proxyIds);
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3]);
    expect((await replacedKeys()).some((name) => name.startsWith(inArchive(3)))).toBe(true);
  });
});

describe('a key that waits in its volume', () => {
  it('is missed when it goes, and comes back without a station', async () => {
    await apply(agent, { settings: { count: 2 } });
    await rm(await keyPath(3));
    const line = (await ledger()).find(({ station }) => station === 3);
    expect(line).toMatchObject({ wanted: false, alarm: expect.stringContaining(String(proxyIds[2])) });
    await waitFor('the problem', async () => (await problemCodes()).includes('key-ledger'));
    const job = await restore({ placements: [{ volume: inArchive(3), to: 3 }] });
    expect(job.error).toBeNull();
    expect(await runningOnEngine(agent)).toEqual([1, 2]);
    expect((await ledger()).every(({ alarm }) => alarm === null)).toBe(true);
    await waitFor('the end of the problem', async () => !(await problemCodes()).includes('key-ledger'));
    await apply(agent, { settings: { count: 3 } });
    expect(await idsNow()).toEqual(proxyIds);
  });
});

describe('killed in the middle of a restore', () => {
  it('the agent says so, starts no station with another key, and the same restore ends it', async () => {
    for (const station of [1, 2, 3]) await writeFile(await keyPath(station), '');
    const { jobId } = await agent.client.call('vault.restore', { id: archive, passphrase });
    for await (const event of agent.client.stream('job.watch', { id: jobId })) {
      if (event.type !== 'log') continue;
      await agent.kill('SIGKILL');
      break;
    }
    await agent.restart();
    expect((await restore()).error).toBeNull();
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3]);
    expect(await idsNow()).toEqual(proxyIds);
    await waitFor('no problem', async () => {
      const codes = await problemCodes();
      return !codes.includes('restore-interrupted') && !codes.includes('key-alarm');
    });
  });
});

describe('the schedule', () => {
  const vaultDir = () => join(agent.stateDir, 'backups/vault');
  const scheduled = async () => (await state()).archives.filter(({ kind }) => kind === 'scheduled');

  it('wants a passphrase', async () => {
    await expect(agent.client.call('vault.schedule', { everyHours: 24 })).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'passphrase' }],
    });
  });

  it('says when it fails', async () => {
    await rename(vaultDir(), `${vaultDir()}-away`);
    await writeFile(vaultDir(), 'in the way');
    const after = await agent.client.call('vault.schedule', { everyHours: 24, keep: 2, passphrase });
    expect(after).toMatchObject({ hasPassphrase: true, schedule: { everyHours: 24, keep: 2 } });
    expect((await stat(join(agent.stateDir, 'vault-passphrase'))).mode & 0o777).toBe(0o600);
    await waitFor('the problem', async () => (await problemCodes()).includes('backup-failed'));
    expect((await state()).failure).not.toBeNull();
    await rm(vaultDir());
    await rename(`${vaultDir()}-away`, vaultDir());
  });

  it('makes one as soon as it can, and keeps as many as it was told', async () => {
    for (const day of ['01', '02'])
      await writeFile(join(vaultDir(), `conduit-202001${day}T000000000Z-scheduled.age`), 'old');
    await agent.client.call('vault.schedule', { everyHours: 12 });
    await waitFor('the archive', async () => (await state()).lastScheduledAt !== null, {
      timeoutMs: 120_000,
    });
    await waitFor('the end of the problem', async () => !(await problemCodes()).includes('backup-failed'));
    const ids = (await scheduled()).map(({ id }) => id).sort();
    expect(ids).toEqual(['conduit-20200102T000000000Z-scheduled.age', expect.any(String)]);
    const content = await agent.client.call('vault.open', { id: ids[1] ?? '', passphrase });
    expect(content.keys.map(({ proxyId }) => proxyId)).toEqual(proxyIds);
    expect(agent.log()).not.toContain(passphrase);
    await agent.client.call('vault.schedule', { everyHours: 0 });
    expect((await state()).hasPassphrase).toBe(false);
  });
});

const oldest = async () => (await agent.client.call('history.get', {})).oldest;
const BUCKET_MS = 10_000;
/** Averages of running stations, each of ten seconds that are over; null where nobody looked. */
const running = async (from: number, to: number) =>
  (await agent.client.call('history.query', { from, to, maxPoints: 100 })).stationsRunning;

describe('a new server', () => {
  it('brings the same stations up', async () => {
    let [from, to, remembered] = [0, 0, [] as (number | null)[]];
    await waitFor('stations to be remembered', async () => {
      from = (await oldest()) ?? 0;
      to = Math.floor(Date.now() / BUCKET_MS) * BUCKET_MS;
      remembered = from === 0 || to === from ? [] : await running(from, to);
      return (remembered.at(-1) ?? 0) > 0;
    });
    const made = await cli(`backup --history --to ${folder} --passphrase-stdin --json`, {
      readStdin: async () => passphrase,
    });
    expect(made.code, made.err).toBe(0);
    const file = (JSON.parse(made.out) as { path: string }).path;
    await agent.dispose();
    agent = await startTestAgent({ prefix, balancer });
    expect(await ledger()).toEqual([]);
    const world = { readStdin: async () => passphrase };
    const dry = await cli(`restore ${file} --settings --dry-run --json --passphrase-stdin`, world);
    expect(dry.code, dry.err).toBe(0);
    expect(JSON.parse(dry.out).placements).toMatchObject([1, 2, 3].map((to) => ({ to, state: 'free' })));
    expect((await agent.client.call('fleet.get', {})).active).toBe(false);
    const { code, err } = await cli(`restore ${file} --settings --history --passphrase-stdin --yes`, world);
    expect(code, err).toBe(0);
    expect(await runningOnEngine(agent)).toEqual([1, 2, 3]);
    expect(await idsNow()).toEqual(proxyIds);
    expect((await agent.client.call('fleet.get', {})).settings).toMatchObject(settings);
    // The operator's file stays where it is, and is not kept a second time.
    expect((await state()).archives).toEqual([]);
    // What the archive knew of the time before is there, and nothing more of it the second time.
    // A minute that is over has been added up, and begins earlier.
    expect(await oldest()).toBeLessThanOrEqual(from);
    expect(await running(from, to)).toEqual(remembered);
    expect((await cli(`restore ${file} --history --passphrase-stdin --yes`, world)).code).toBe(0);
    expect(await running(from, to)).toEqual(remembered);
  });
});
