import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyLogLine, parseStatsLine } from './log-line.ts';
import { redactAddresses } from './redact.ts';

describe('parseStatsLine', () => {
  it.each([
    [
      '2026-01-29 10:11:12 [STATS] Connecting: 3 | Connected: 12 | Up: 1.5 MB | Down: 2.0 GB | Uptime: 1h2m3s',
      {
        connected: 12,
        connecting: 3,
        announcing: null,
        uploadedBytes: 1_572_864,
        downloadedBytes: 2 ** 31,
        uptimeSeconds: 3723,
      },
    ],
    [
      '2026-02-20 10:11:12 [STATS] Announcing: 2 | Connecting: 0 | Connected: 6 | Up: 512 B | Down: 1.0 KB | Uptime: 59s | Regions: personal[none] | common[IR(conn:5|traffic:1.2 GB), RU(conn:1|traffic:3 B) (+2 more...)]',
      {
        connected: 6,
        connecting: 0,
        announcing: 2,
        uploadedBytes: 512,
        downloadedBytes: 1024,
        uptimeSeconds: 59,
      },
    ],
    [
      '[STATS] Clients: 4 | Up: 0 B | Down: 0 B',
      {
        connected: 4,
        connecting: 0,
        announcing: null,
        uploadedBytes: 0,
        downloadedBytes: 0,
        uptimeSeconds: null,
      },
    ],
  ])('reads %s', (line, expected) => {
    expect(parseStatsLine(line)).toEqual(expected);
  });

  it('is null for other lines, and for a line cut short', () => {
    expect(parseStatsLine('[OK] Connected to Psiphon network')).toBeNull();
    expect(parseStatsLine('2026-01-29 [STATS] Connecting: 3 | Conn')).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseStatsLine(`[STATS] ${text}`)));
  });
});

describe('classifyLogLine', () => {
  it.each([
    ['2026-02-20 10:11:12 [STATS] Announcing: 2', 'stats'],
    ['2026-02-20 10:11:12 [OK] Announcing to Psiphon broker', 'info'],
    ['proxyOneClient: no match', 'noise'],
    ['inproxy: proxyOneClient failed: limited', 'noise'],
    ['WARNING: A newer version of Conduit is required. Please upgrade.', 'warning'],
    ['Error: unknown flag: --max-clients', 'error'],
  ])('%s is %s', (line, kind) => {
    expect(classifyLogLine(line)).toBe(kind);
  });
});

describe('redactAddresses', () => {
  it.each([
    ['from 203.0.113.7:443 to [2001:db8::1]:5566', 'from [address]:443 to [[address]]:5566'],
    ['listening on 127.0.0.1:9090 and 0.0.0.0:443', 'listening on 127.0.0.1:9090 and 0.0.0.0:443'],
    ['at 2026-01-29 10:11:12 took 1h2m3s', 'at 2026-01-29 10:11:12 took 1h2m3s'],
    ['mapped ::ffff:203.0.113.7 here', 'mapped [address] here'],
    ['version 1.2.0', 'version 1.2.0'],
    ['from 2001:db8::. and peer:2001:db8::1, at last', 'from [address]. and peer:[address], at last'],
    ['with a port 2001:db8:1:2:3:4:5:6:443', 'with a port [address]'],
    ['12:30:01 mac 02:42:ac:11:00:02 :: ::1', '12:30:01 mac 02:42:ac:11:00:02 :: ::1'],
  ])('%s', (text, expected) => {
    expect(redactAddresses(text)).toBe(expected);
  });

  it('leaves no IPv4 or IPv6 address', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6()),
        fc.constantFrom(' ', '=', '"', '(', ','),
        (address, border) => {
          fc.pre(!['127.0.0.1', '0.0.0.0', '::1', '::'].includes(address));
          expect(redactAddresses(`client${border}${address}${border}end`)).not.toContain(address);
        },
      ),
    );
  });
});
