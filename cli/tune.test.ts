// `conduit tune` in process: what it asks the agent for and how it ends.
import { describe, expect, it } from 'vitest';
import type { TuningReport, TuningRow } from '../lib/contract/tuning.ts';
import { conduit } from './run-with-fake-agent.ts';

const row: TuningRow = {
  key: 'net.core.somaxconn',
  kind: 'kernel',
  reason: 'Connections that wait to be accepted.',
  now: '4096',
  target: 'at least 65535',
  after: '65535',
  original: null,
  inFile: null,
  boot: null,
  lost: null,
  state: 'change',
  drift: false,
  note: null,
};
const report: TuningReport = {
  rows: [
    row,
    {
      ...row,
      key: 'net.core.wmem_max',
      now: null,
      after: null,
      state: 'impossible',
      note: 'not in this kernel',
    },
  ],
  appliedAt: null,
  interrupted: false,
  verified: false,
  files: [],
  wanted: { sessions: 40_000, stations: 40, memoryBytes: 2 ** 34 },
};

describe('conduit tune', () => {
  it('shows what it would do, and does nothing', async () => {
    const { code, out, asked } = await conduit('tune --dry-run', { calls: { 'tuning.get': report } });
    expect(out).toMatch(/net\.core\.somaxconn +4096 +65535 +to change/);
    expect(out).toMatch(/net\.core\.wmem_max +– +not possible here +not in this kernel/);
    expect(out).toContain('1 value can be better for this number of sessions.');
    expect(asked.map(([name]) => name)).toEqual(['tuning.get']);
    expect(code).toBe(0);
  });

  it('fails a check that finds something to do, and says what to do', async () => {
    const { code, err } = await conduit('tune --verify', { calls: { 'tuning.get': report } });
    expect(err).toContain('sudo conduit tune');
    expect(code).toBe(6);
    const good = { ...report, verified: true, rows: [{ ...row, state: 'right' }] };
    expect((await conduit('tune --verify', { calls: { 'tuning.get': good } })).code).toBe(0);
  });

  it('says that a limit waits for the next start of its service, not that tuning again helps', async () => {
    const waiting = {
      ...row,
      key: 'docker.service LimitNOFILE',
      kind: 'limit' as const,
      state: 'waiting' as const,
    };
    const { code, out, err } = await conduit('tune --verify', {
      calls: { 'tuning.get': { ...report, rows: [waiting] } },
    });
    expect(out).toMatch(/docker\.service LimitNOFILE .*from its next start/);
    expect(err).toContain('holds from the next start of the service');
    expect(err).not.toContain('sudo conduit tune\n');
    expect(code).toBe(6);
  });

  it('names what was set, and what was put back', async () => {
    const outcome = { key: row.key, before: '4096', after: '65535', note: null };
    const applied = { outcomes: [{ ...outcome, outcome: 'applied' }], report };
    const { out } = await conduit('tune', { calls: { 'tuning.apply': applied } });
    expect(out).toContain('Kernel: 1 set.');
    const reverted = { outcomes: [{ ...outcome, outcome: 'restored' }], report };
    expect((await conduit('tune --revert', { calls: { 'tuning.revert': reverted } })).out).toContain(
      'Kernel: 1 put back.',
    );
    expect((await conduit('tune --json', { calls: { 'tuning.apply': applied } })).out).toBe(
      JSON.stringify(applied),
    );
  });

  it('does one thing at a time', async () => {
    const { err, asked } = await conduit('tune --verify --revert');
    expect(err).toContain('tune: name one of --dry-run, --verify and --revert');
    expect(asked).toEqual([]);
  });
});
