import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driftOf, ownershipOf, withMarker } from './marker.ts';

const ours = withMarker('events {}\n');
const other = withMarker('events { multi_accept on; }\n');
const foreign = '# the operator wrote this\nevents {}\n';

describe('ownershipOf', () => {
  it('knows what we wrote, and any change of it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (body, added) => {
        const text = withMarker(body);
        expect(ownershipOf(text)).toBe('ours');
        expect(ownershipOf(text + added)).toBe('ours-changed');
      }),
    );
  });

  it.each([
    ['another text', foreign],
    ['nothing', ''],
    ['our line further down', `\n${ours}`],
    ['our line without its hash', ours.replace(/[0-9a-f]{64}/, 'none')],
  ])('takes %s for foreign', (_, text) => expect(ownershipOf(text)).toBe('foreign'));
});

describe('driftOf', () => {
  it.each([
    ['no file', null, ours, 'absent'],
    ['no file, and none wanted', null, null, 'absent'],
    ['the wanted file', ours, ours, 'none'],
    ['ours while the balancer is off', ours, null, 'none'],
    ['ours of another day', other, ours, 'differs'],
    ['ours changed by hand', `${ours}# by hand\n`, ours, 'differs'],
    ['ours changed by hand while the balancer is off', `${ours}# by hand\n`, null, 'differs'],
    ["the operator's", foreign, ours, 'foreign'],
    ["the operator's while the balancer is off", foreign, null, 'foreign'],
  ])('%s', (_, live, wanted, drift) => expect(driftOf(live, wanted)).toBe(drift));
});
