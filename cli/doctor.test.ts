// `conduit doctor` in process: what it shows and how it ends.
import { describe, expect, it } from 'vitest';
import type { DoctorCheck } from '../lib/contract/doctor.ts';
import { conduit } from './run-with-fake-agent.ts';

const good: DoctorCheck = {
  id: 'kernel',
  group: 'server',
  title: 'Kernel',
  level: 'ok',
  evidence: 'Linux 6.1',
  remedy: null,
  fix: null,
};
const taken: DoctorCheck = {
  ...good,
  id: 'ports',
  group: 'balancer',
  title: 'Ports of the balancer',
  level: 'error',
  evidence: '443/tcp is taken by apache2 (process 7).',
  remedy: 'Stop apache2.',
};
const answer = (...checks: DoctorCheck[]) => ({ calls: { 'doctor.get': { at: 0, durationMs: 90, checks } } });

describe('conduit doctor', () => {
  it('ends well when it finds nothing', async () => {
    const { code, out } = await conduit(
      'doctor',
      answer(good, { ...good, id: 'clock', title: 'Clock', level: 'note' }),
    );
    expect(out).toMatch(/✓ Kernel +Linux 6\.1/);
    expect(out).toContain('2 checks: 1 note.');
    expect(code).toBe(0);
  });

  it('fails with what it found, and what to do stands below it', async () => {
    const { code, out, err } = await conduit('doctor', answer(good, taken));
    expect(out).toMatch(
      /✗ Ports of the balancer +443\/tcp is taken by apache2 \(process 7\)\.\n +→ Stop apache2\./,
    );
    expect(err).toContain('doctor: 2 checks: 1 problem.');
    expect(code).toBe(6);
  });

  it('prints the same as JSON', async () => {
    const { out, code } = await conduit('doctor --json', answer(taken));
    expect(JSON.parse(out)).toEqual({ at: 0, durationMs: 90, checks: [taken] });
    expect(code).toBe(6);
  });
});
