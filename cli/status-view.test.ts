import { describe, expect, it } from 'vitest';
import { exampleSnapshot, exampleStation } from '../test/fixtures/snapshot.ts';
import { statusView } from './status-view.ts';
import { styleFor } from './terminal.ts';

describe('statusView', () => {
  const text = statusView(exampleSnapshot, styleFor(false));

  it('begins with the total of users', () => {
    expect(text.split('\n')[0]).toBe('TOTAL USERS: 1,234 connected, 5 connecting, across 1 station');
  });

  it('names each problem with its way out, and what does not listen', () => {
    expect(text).toContain('critical: The key of station 2 is missing');
    expect(text).toContain('→ Restore it from a backup.');
    expect(text).toContain('443/tcp 5566/udp not listening');
  });

  it('has a row a station', () => {
    expect(text).toMatch(/conduit-1\s+running\s+1,234\s+1\.0 Mbit\/s\s+10\.0 Mbit\/s\s+2 h 5 min/);
    expect(text).toMatch(/conduit-2\s+blocked\s+0 .*–\s+key missing/);
  });

  it('uses no colour unless it is asked to', () => {
    expect(text).not.toContain('\u001b');
    expect(statusView(exampleSnapshot, styleFor(true))).toContain('\u001b[32m');
  });

  it('stops at a screenful of stations', () => {
    const stationList = Array.from({ length: 200 }, (_, i) => ({
      ...exampleStation,
      name: `conduit-${i + 1}`,
    }));
    expect(statusView({ ...exampleSnapshot, stationList }, styleFor(false))).toContain('and 140 more');
  });
});
