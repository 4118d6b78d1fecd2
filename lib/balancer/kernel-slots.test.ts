import { expect, it } from 'vitest';
import { fillSlots } from './kernel-slots.ts';
import type { Backend } from './render.ts';

const fleet = (count: number): Backend[] =>
  Array.from({ length: count }, (_, i) => ({ index: i + 1, address: `172.30.${i >> 8}.${i & 255}` }));

function shares(slots: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const address of slots) counts.set(address, (counts.get(address) ?? 0) + 1);
  return [...counts.values()];
}

it.each([1, 3, 40, 400, 1000])('gives each of %d stations the same share, give or take one slot', (count) => {
  const found = shares(fillSlots(fleet(count)));
  expect(found).toHaveLength(count);
  expect(Math.max(...found) - Math.min(...found)).toBeLessThanOrEqual(1);
});

it('moves few slots when one of forty stations leaves', () => {
  const before = fillSlots(fleet(40));
  const gone = fleet(40)[6]?.address;
  const after = fillSlots(fleet(40).filter(({ address }) => address !== gone));
  const movedNeedlessly = before.filter(
    (address, slot) => address !== gone && address !== after[slot],
  ).length;
  expect(after).not.toContain(gone);
  expect(movedNeedlessly / before.length).toBeLessThan(0.15);
});

it('has no slots without stations', () => {
  expect(fillSlots([])).toEqual([]);
});
