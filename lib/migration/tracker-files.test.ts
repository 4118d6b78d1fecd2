import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthsOf, parseSamples, parseTotals } from './tracker-files.ts';

const NOW = Date.UTC(2026, 0, 1);
const address = fc.oneof(fc.ipV4(), fc.ipV6());

describe('lifetime totals', () => {
  it('have names in one manager and codes in the other', () => {
    const text = 'Iran - #FreeIran|10|20\nIR|1|2\nKorea, Republic of|5|6\nIP Address not found|7|8\n';
    const { countries, unmapped, damagedLines, mixesKoreas } = parseTotals(text);
    expect(Object.fromEntries(countries)).toEqual({
      IR: { uploadedBytes: 11, downloadedBytes: 22 },
      KR: { uploadedBytes: 5, downloadedBytes: 6 },
      unknown: { uploadedBytes: 7, downloadedBytes: 8 },
    });
    expect({ unmapped, damagedLines, mixesKoreas }).toEqual({
      unmapped: [],
      damagedLines: 0,
      mixesKoreas: false,
    });
    expect(parseTotals('South Korea|1|1\n').mixesKoreas).toBe(true);
  });

  it('lose no byte of a line that can be read, and count every other', () => {
    const name = fc.constantFrom('Germany', 'IR', 'Atlantis', '', 'Unknown', 'South Korea', 'ZZ');
    const bytes = fc.integer({ min: 0, max: 1e12 });
    const sound = fc.tuple(name, bytes, bytes).map((cells) => ({ cells, text: cells.join('|') }));
    const damaged = fc.constantFrom(
      'Germany|1',
      'Germany|1|2|3',
      'Germany|-1|2',
      'Germany|1|x',
      'a\0b|1|2',
      '|||',
    );
    fc.assert(
      fc.property(fc.array(sound), fc.array(damaged), (lines, rubbish) => {
        const { countries, damagedLines } = parseTotals(
          [...lines.map(({ text }) => text), ...rubbish].join('\r\n'),
        );
        const sum = (at: 1 | 2) => lines.reduce((total, { cells }) => total + cells[at], 0);
        const rows = [...countries.values()];
        expect(rows.reduce((total, row) => total + row.uploadedBytes, 0)).toBe(sum(1));
        expect(rows.reduce((total, row) => total + row.downloadedBytes, 0)).toBe(sum(2));
        expect(damagedLines).toBe(rubbish.length);
      }),
    );
  });

  it('never give an address away, wherever it stands in a line', () => {
    fc.assert(
      fc.property(address, fc.constantFrom('|1|2', '|IR', '|Iran|300', ''), (ip, rest) => {
        for (const text of [`${ip}${rest}`, `FROM|Iran|300|${ip}`, `Iran|${ip}`, `x ${ip}|1|2`]) {
          const { unmapped, countries } = parseTotals(text);
          expect(JSON.stringify([unmapped, [...countries.keys()]])).not.toContain(ip);
        }
      }),
    );
  });

  it('may be bytes of any kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const { uploadedBytes, downloadedBytes } of parseTotals(
          Buffer.from(bytes).toString('utf8'),
        ).countries.values())
          expect(Number.isSafeInteger(uploadedBytes) && Number.isSafeInteger(downloadedBytes)).toBe(true);
      }),
    );
  });
});

describe('months', () => {
  const archives = (texts: Record<string, string>) =>
    new Map(Object.entries(texts).map(([month, text]) => [month, parseTotals(text)]));

  it('are differences, over the turn of a year too', () => {
    const { months, without } = monthsOf(
      archives({ '2026-01': 'IR|30|60\nDE|4|4', '2025-12': 'IR|10|20', '2025-11': 'IR|1|2' }),
    );
    expect(without).toEqual(['2025-11']);
    expect([...months].map(([month, rows]) => [month, Object.fromEntries(rows)])).toEqual([
      ['2025-12', { IR: { uploadedBytes: 9, downloadedBytes: 18 } }],
      [
        '2026-01',
        {
          IR: { uploadedBytes: 20, downloadedBytes: 40 },
          DE: { uploadedBytes: 4, downloadedBytes: 4 },
        },
      ],
    ]);
  });

  it('cannot be told where the copy before is missing', () => {
    const { months, without } = monthsOf(archives({ '2025-09': 'IR|1|1', '2025-11': 'IR|5|5' }));
    expect([...months.keys()]).toEqual([]);
    expect(without).toEqual(['2025-09', '2025-11']);
  });

  it('are never negative, and add up where the total only grew', () => {
    const totals = fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(totals, fc.boolean(), (values, grows) => {
        const running = grows ? values.toSorted((a, b) => a - b) : values;
        const { months } = monthsOf(
          archives(
            Object.fromEntries(
              running.map((value, at) => [`2025-${String(at + 1).padStart(2, '0')}`, `IR|${value}|0`]),
            ),
          ),
        );
        const passed = [...months.values()].map((rows) => rows.get('IR')?.uploadedBytes ?? 0);
        expect(passed.every((bytes) => bytes >= 0)).toBe(true);
        if (grows) expect(passed.reduce((a, b) => a + b, 0)).toBe((running.at(-1) ?? 0) - (running[0] ?? 0));
      }),
    );
  });
});

describe('moments', () => {
  it('are taken over as they are, in the order of time, one for each', () => {
    const text = '1763000300|14|2\n1763000000|12|3\n1763000000|13|3\n';
    expect(parseSamples('connections', text, NOW)).toEqual({
      samples: [
        {
          source: 'connections',
          at: 1_763_000_000_000,
          connected: 13,
          connecting: 3,
          running: null,
          totalBytes: null,
        },
        {
          source: 'connections',
          at: 1_763_000_300_000,
          connected: 14,
          connecting: 2,
          running: null,
          totalBytes: null,
        },
      ],
      damagedLines: 0,
    });
    expect(parseSamples('reports', '1763000000|7|900|5', NOW).samples[0]).toMatchObject({
      connected: 7,
      totalBytes: 900,
      running: 5,
    });
  });

  it.each(['0|5', '9999999999|5', '1763000000', '1763000000|5|6', '1763000000|-1', 'x|5', '1763000000|1e3'])(
    'leave out %s',
    (line) => {
      expect(parseSamples('uptime', line, NOW)).toEqual({ samples: [], damagedLines: 1 });
    },
  );
});
