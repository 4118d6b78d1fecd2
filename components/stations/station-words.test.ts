import { expect, it } from 'vitest';
import { exampleStation } from '../../test/fixtures/snapshot.ts';
import { balancerWords } from './station-words.ts';

it.each([
  [{}, 'in the balancer'],
  [{ ingress: 'unknown' }, 'in the balancer'],
  [{ ingress: 'closed' }, 'not on 443/5566'],
  [{ ingress: 'partial' }, 'on one port only'],
  [{ rotation: 'draining' }, 'draining'],
  [{ rotation: 'out' }, 'not in the balancer'],
  // Its own state says it all.
  [{ rotation: 'out', state: 'stopped' }, ''],
] as const)('%j: %s', (change, words) => {
  expect(balancerWords({ ...exampleStation, ...change })).toBe(words);
});
