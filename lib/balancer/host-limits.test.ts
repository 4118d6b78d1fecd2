import { expect, it } from 'vitest';
import { openFilesLimit, readHostLimits } from './host-limits.ts';

const limits = (hard: string) =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 ${hard}               files\n`;
const ROOT = 'CapInh:\t0000000000000000\nCapEff:\t000001ffffffffff\n';
const PLAIN = 'CapInh:\t0000000000000000\nCapEff:\t0000000000000000\n';
/** A container's root: many capabilities, CAP_SYS_RESOURCE is not among them. */
const CONTAINER = 'CapEff:\t00000000a80425fb\n';

it.each([
  ['who may raise it: all the kernel allows', '20000', ROOT, 1_048_576],
  ['who may not: the hard limit', '20000', PLAIN, 20_000],
  ["a container's root may not", '20000', CONTAINER, 20_000],
  ['no limit: all the kernel allows', 'unlimited', PLAIN, 1_048_576],
])('%s', (_, hard, status, expected) => {
  expect(openFilesLimit(limits(hard), status, 1_048_576)).toBe(expected);
});

it('takes the smallest usual limit where nothing can be read', () => {
  expect(openFilesLimit('', '', 1_048_576)).toBe(1024);
});

it('reads this host', async () => {
  const { cores, openFilesLimit: files } = await readHostLimits();
  expect(cores).toBeGreaterThanOrEqual(1);
  expect(files).toBeGreaterThanOrEqual(256);
});
