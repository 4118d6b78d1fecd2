import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { parseLogReport, readStatsReport } from './older-reports.ts';

const base = mkdtempSync(join(tmpdir(), 'stats-'));
afterAll(() => rmSync(base, { recursive: true }));

const text = JSON.stringify({
  connectingClients: 1,
  connectedClients: 4,
  totalBytesUp: 10,
  totalBytesDown: 20,
  uptimeSeconds: 5,
  isLive: true,
});

describe('readStatsReport', () => {
  beforeEach(() => rmSync(join(base, 'stats.json'), { force: true }));

  it('reads what this run of the station wrote', () => {
    writeFileSync(join(base, 'stats.json'), text);
    expect(readStatsReport(base, 0)).toMatchObject({ source: 'stats-file', connected: 4, live: true });
    expect(readStatsReport(base, Date.now() + 60_000)).toBeNull();
  });

  it('follows no link, reads no large file, and takes a truncated one for none', () => {
    expect(readStatsReport(base, 0)).toBeNull();
    writeFileSync(join(base, 'stats.json'), text.slice(0, 30));
    expect(readStatsReport(base, 0)).toBeNull();
    writeFileSync(join(base, 'stats.json'), text + ' '.repeat(70_000));
    expect(readStatsReport(base, 0)).toBeNull();
    rmSync(join(base, 'stats.json'));
    writeFileSync(join(base, 'elsewhere'), text);
    symlinkSync(join(base, 'elsewhere'), join(base, 'stats.json'));
    expect(readStatsReport(base, 0)).toBeNull();
  });
});

describe('parseLogReport', () => {
  it('takes the last figures, and being there for none', () => {
    const stats = (connected: number) =>
      `2026-02-01 10:00:00 [STATS] Connecting: 1 | Connected: ${connected} | Up: 1.0 KB | Down: 2 B | Uptime: 3s`;
    expect(parseLogReport([stats(3), stats(9), 'other']).reading).toMatchObject({
      source: 'log',
      connected: 9,
      uploadedBytes: 1024,
    });
    expect(parseLogReport(['[OK] Connected to Psiphon network']).reading).toMatchObject({
      connected: 0,
      live: true,
    });
    expect(parseLogReport(['starting']).reading).toBeNull();
  });

  it('hears the demand for a newer version', () => {
    const line = 'WARNING: A newer version of Conduit is required. Please upgrade.';
    expect(parseLogReport([line]).upgradeRequired).toBe(true);
  });
});
