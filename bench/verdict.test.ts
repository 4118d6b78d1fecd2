import { expect, it } from 'vitest';
import { type Run, verdict } from './verdict.ts';

const run: Run = { reached: 40_000, alive: 40_000, perSecond: 4000, connectP99: 20, echoP99: 30 };

it.each<[string, Partial<Run>, Partial<Run>]>([
  ['makes no difference here', {}, {}],
  ['makes no difference here', {}, { perSecond: 4400, connectP99: 18 }],
  ['better: sessions reached 38000 → 40000', { reached: 38_000 }, {}],
  ['better: p99 of an echo 60 → 30', { echoP99: 60 }, {}],
  ['worse: new sessions a second 4000 → 2000', {}, { perSecond: 2000 }],
  ['helps: without it the run could not be finished', { failed: 'table full' }, {}],
  ['harms: the run could not be finished', {}, { failed: 'table full' }],
  ['neither run could be finished', { failed: 'a' }, { failed: 'b' }],
])('%s', (expected, before, after) => {
  expect(verdict({ ...run, ...before }, { ...run, ...after })).toBe(expected);
});
