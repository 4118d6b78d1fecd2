import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventParser } from './parse-events.ts';

describe('createEventParser', () => {
  it('reads events, comments and several lines of data', () => {
    const text = ':\n\nevent: message\ndata: {"a":1}\n\nevent: ended\ndata: {}\n\ndata: one\ndata: two\n\n';
    expect(createEventParser()(text)).toEqual([
      { event: 'message', data: '{"a":1}' },
      { event: 'ended', data: '{}' },
      { event: 'message', data: 'one\ntwo' },
    ]);
  });

  it('does not care where the text is cut', () => {
    const message = fc.record({ event: fc.constantFrom('message', 'failed'), data: fc.json() });
    fc.assert(
      fc.property(fc.array(message), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (events, cuts) => {
        const text = events.map(({ event, data }) => `event: ${event}\ndata: ${data}\n\n`).join('');
        const parse = createEventParser();
        const found = [];
        for (let at = 0; at < text.length; ) {
          const length = cuts.next().value ?? 1;
          found.push(...parse(text.slice(at, at + length)));
          at += length;
        }
        expect(found).toEqual(events);
      }),
    );
  });
});
