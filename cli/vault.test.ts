import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../lib/contract/errors.ts';
import type { ArchiveContent } from '../lib/contract/vault.ts';
import { conduit, job } from './run-with-fake-agent.ts';

const passphrase = 'seven quiet lamps';
const id = 'conduit-20261126T033005007Z.age';
const ended = [{ type: 'job', job }];
const content: ArchiveContent = {
  createdAt: 0,
  keys: [1, 2, 3].map((station) => ({
    station,
    volume: `conduit-data-${station}`,
    proxyId: `Archived${station}`,
    fingerprint: `print${station}`,
  })),
  slots: [
    { station: 1, proxyId: 'Archived1', fingerprint: 'print1' },
    { station: 3, proxyId: 'Another', fingerprint: 'another' },
  ],
  fleet: { count: 3, image: 'x' },
  count: 3,
  history: false,
};
const fromStdin = { readStdin: async () => passphrase };
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-vault-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('conduit backup', () => {
  const agent = { calls: { 'vault.create': { jobId: job.id, id } }, events: ended };

  it('asks twice, shows the passphrase to nobody but the agent, and says where the archive is', async () => {
    const asked: string[] = [];
    const askSecret = async (question: string) => {
      asked.push(question);
      return passphrase;
    };
    const { code, out, err, asked: calls } = await conduit('backup --history', agent, { askSecret });
    expect([code, asked.length]).toEqual([0, 2]);
    expect(calls).toEqual([['vault.create', { passphrase, history: true }]]);
    expect(out).toContain(id);
    expect(out + err).not.toContain(passphrase);
  });

  it('refuses a short one, two that differ, two sources, and to overwrite', async () => {
    const short = await conduit('backup --passphrase-stdin', agent, { readStdin: async () => 'short' });
    expect([short.code, short.err]).toEqual([2, expect.stringContaining('at least 12 characters')]);
    let n = 0;
    const differ = await conduit('backup', agent, { askSecret: async () => `${passphrase} ${n++}` });
    expect([differ.code, differ.err]).toEqual([2, expect.stringContaining('differ')]);
    const both = await conduit('backup --passphrase-stdin --passphrase-file x', agent, fromStdin);
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('do not go together')]);
    const taken = join(folder, 'taken.age');
    await writeFile(taken, 'mine');
    const over = await conduit(`backup --passphrase-stdin --to ${taken}`, agent, fromStdin);
    expect([over.code, over.err]).toEqual([2, expect.stringContaining('nothing is overwritten')]);
    const nowhere = await conduit(`backup --passphrase-stdin --to ${folder}/no/x.age`, agent, fromStdin);
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('there is no folder')]);
    expect([short, differ, both, over, nowhere].flatMap(({ asked }) => asked)).toEqual([]);
    expect(await readFile(taken, 'utf8')).toBe('mine');
  });
});

describe('conduit restore', () => {
  const agent = {
    calls: { 'vault.open': content, 'vault.restore': { jobId: job.id } },
    events: ended,
  };
  const restore = (words: string, world = {}) =>
    conduit(`restore ${id} --passphrase-stdin ${words}`, agent, { ...fromStdin, ...world });

  it('shows every Proxy ID before and after, and changes nothing', async () => {
    const { code, out, asked } = await restore('--dry-run');
    expect(code).toBe(0);
    expect(asked.map(([name]) => name)).toEqual(['vault.open']);
    expect(out).toMatch(/1 +Archived1 +Archived1 +station 1 +has it already/);
    expect(out).toMatch(/2 +– +Archived2 +station 2 +no key yet/);
    expect(out).toMatch(/3 +Another +Archived3 +station 3 +loses the key it has/);
  });

  it('puts stations into their own or into other slots', async () => {
    const placementsOf = async (words: string) =>
      (await restore(`${words} --yes`)).asked.find(([name]) => name === 'vault.restore')?.[1];
    expect(await placementsOf('--stations 1-2')).toMatchObject({
      placements: [
        { volume: 'conduit-data-1', to: 1 },
        { volume: 'conduit-data-2', to: 2 },
      ],
      replace: false,
      settings: false,
      history: false,
    });
    expect(await placementsOf('--map 2:7,conduit-data-3:3 --replace --settings --history')).toMatchObject({
      placements: [
        { volume: 'conduit-data-2', to: 7 },
        { volume: 'conduit-data-3', to: 3 },
      ],
      replace: true,
      settings: true,
      history: true,
    });
  });

  it('names what is wrong with the stations it is given', async () => {
    for (const [words, message] of [
      ['--stations 9', 'the archive has no station 9'],
      ['--map 2', 'must be pairs such as 3:7, got 2'],
      ['--map 2:0', 'got 0'],
      ['--stations 1 --map 1:2', 'do not go together'],
    ] as const) {
      const { code, err, asked } = await restore(words);
      expect([code, err], words).toEqual([2, expect.stringContaining(message)]);
      expect(asked.map(([name]) => name)).toEqual(['vault.open']);
    }
  });

  it('asks first, and hands the agent’s refusal on', async () => {
    const no = await restore('--stations 2', { ask: async () => 'n' });
    expect([no.code, no.asked.map(([name]) => name)]).toEqual([10, ['vault.open']]);
    const refusal = new AppError('conflict', { message: '1 slot would lose another identity: station 3.' });
    const refused = await conduit(
      `restore ${id} --passphrase-stdin`,
      { calls: { ...agent.calls, 'vault.restore': refusal } },
      fromStdin,
    );
    expect([refused.code, refused.err]).toEqual([6, expect.stringContaining('would lose another identity')]);
  });

  it('is not done when the agent was stopped in the middle', async () => {
    const cut = { ...job, state: 'interrupted' as const };
    const { code, err } = await conduit(
      `restore ${id} --passphrase-stdin --stations 2 --yes`,
      { calls: agent.calls, events: [{ type: 'job', job: cut }] },
      fromStdin,
    );
    expect([code, err]).toEqual([13, expect.stringContaining('Run it again')]);
  });
});

describe('conduit vault schedule', () => {
  const state = {
    schedule: { everyHours: 0, keep: 14, history: false },
    hasPassphrase: false,
    lastScheduledAt: null,
    failure: null,
  };
  const calls = {
    'vault.get': state,
    'vault.schedule': { ...state, schedule: { ...state.schedule, everyHours: 24 } },
  };

  it('asks for a passphrase where there is none', async () => {
    const { code, out, asked } = await conduit(
      'vault schedule --every 24h --keep 7 --history yes --passphrase-stdin',
      { calls },
      fromStdin,
    );
    expect([code, out]).toEqual([0, 'Every day, keys and settings; the newest 14 archives are kept.']);
    expect(asked.at(-1)).toEqual(['vault.schedule', { everyHours: 24, keep: 7, history: true, passphrase }]);
  });

  it('shows what holds, and refuses what no schedule can be', async () => {
    const shown = await conduit('vault schedule', { calls });
    expect([shown.out, shown.asked.length]).toEqual(['No backup is scheduled.', 1]);
    for (const words of ['--every 1000', '--keep 0', '--history perhaps'])
      expect((await conduit(`vault schedule ${words}`, { calls })).code, words).toBe(2);
  });
});
