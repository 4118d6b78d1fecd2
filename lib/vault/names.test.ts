import { describe, expect, it } from 'vitest';
import { broughtName, expired, kindOf, nameOf } from './names.ts';

const at = Date.UTC(2026, 10, 26, 3, 30, 5, 7);

describe('names of archives', () => {
  it('tell when and why they were made', () => {
    expect(nameOf('manual', at)).toBe('conduit-20261126T033005007Z.age');
    expect(kindOf(nameOf('manual', at))).toBe('manual');
    expect(kindOf(nameOf('scheduled', at))).toBe('scheduled');
    expect(kindOf('old-server.age')).toBe('brought');
    for (const other of ['notes.txt', '.hidden.age', '../../etc/x.age', 'a/b.age', 'x.age.tmp'])
      expect(kindOf(other), other).toBeNull();
  });

  it('of files from elsewhere are made safe, and never taken for ours', () => {
    const free = () => false;
    expect(broughtName(nameOf('scheduled', at), free)).toBe(`brought-${nameOf('scheduled', at)}`);
    expect(broughtName('../../etc/passwd', free)).toBe('brought-etc-passwd.age');
    expect(broughtName('поезд.AGE', free)).toBe('brought-archive.age');
    expect(broughtName('brought-x.age', (id) => id === 'brought-x.age')).toBe('brought-x-2.age');
    expect(kindOf(broughtName('y'.repeat(400), free))).toBe('brought');
  });

  it('of scheduled ones show which are too old', () => {
    const [a, b, c] = [0, 1, 2].map((day) => nameOf('scheduled', at + day * 86_400_000));
    const others = [nameOf('manual', at - 1), 'brought-x.age'];
    expect(expired([b ?? '', ...others, c ?? '', a ?? ''], 2)).toEqual([a]);
    expect(expired(others, 1)).toEqual([]);
  });
});
