import { describe, expect, it } from 'vitest';
import { type Candidate, chooseBackends } from './rotation-rule.ts';

const station = (index: number, change: Partial<Candidate> = {}): Candidate => ({
  index,
  address: `10.0.0.${index}`,
  health: 'well',
  complaint: null,
  member: true,
  ...change,
});
const indices = (candidates: Candidate[]) => chooseBackends(candidates).backends.map(({ index }) => index);

describe('chooseBackends', () => {
  it('sends clients to those that are well, and says why not to the others', () => {
    const { backends, out } = chooseBackends([
      station(1),
      station(2, { health: 'ill', complaint: 'It does not answer.' }),
      station(3),
    ]);
    expect(backends).toEqual([
      { index: 1, address: '10.0.0.1' },
      { index: 3, address: '10.0.0.3' },
    ]);
    expect(out.get(2)).toBe('It does not answer.');
  });

  it('waits for a new station to say something, and keeps one in that was there before the agent', () => {
    expect(
      indices([station(1, { health: 'unknown' }), station(2, { health: 'unknown', member: false })]),
    ).toEqual([1]);
  });

  it('keeps all in when most are ill, but lets none of the ill ones join', () => {
    const ill = { health: 'ill' as const };
    const crowd = [station(1), station(2, ill), station(3, ill), station(4, { ...ill, member: false })];
    expect(chooseBackends(crowd).panic).toBe(true);
    expect(indices(crowd)).toEqual([1, 2, 3]);
    expect(chooseBackends([station(1), station(2, ill)]).panic).toBe(false);
  });

  it('is not alarmed by stations that only begin', () => {
    const begin = { health: 'unknown' as const, member: false };
    expect(chooseBackends([station(1), station(2, begin), station(3, begin)]).panic).toBe(false);
  });
});
