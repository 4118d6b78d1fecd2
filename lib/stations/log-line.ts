/** What a station's log lines mean, in every version's wording. */
import type { LogLine } from '../contract/fleet.ts';

export interface LogStats {
  connected: number;
  connecting: number;
  announcing: number | null;
  uploadedBytes: number;
  downloadedBytes: number;
  uptimeSeconds: number | null;
}

const MARK = '[STATS] ';
const UNITS: Record<string, number> = {
  B: 1,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
  PB: 2 ** 50,
  EB: 2 ** 60,
};

/**
 * Reads a `[STATS]` line by key, after splitting on ` | `: the region text of 2.x itself holds `conn:` and `|`.
 * @returns null for any other line
 */
export function parseStatsLine(line: string): LogStats | null {
  const mark = line.indexOf(MARK);
  if (mark === -1) return null;
  const fields = new Map<string, string>();
  for (const part of line.slice(mark + MARK.length).split(' | ')) {
    const colon = part.indexOf(': ');
    if (colon === -1) continue;
    const key = part.slice(0, colon);
    // Nothing after the regions is ours to read.
    if (key === 'Regions') break;
    fields.set(key, part.slice(colon + 2));
  }
  // The earliest fork wrote `Clients: n`.
  const connected = wholeNumber(fields.get('Connected') ?? fields.get('Clients'));
  const uploadedBytes = parseSize(fields.get('Up'));
  if (connected === null || uploadedBytes === null) return null;
  return {
    connected,
    connecting: wholeNumber(fields.get('Connecting')) ?? 0,
    announcing: wholeNumber(fields.get('Announcing')),
    uploadedBytes,
    downloadedBytes: parseSize(fields.get('Down')) ?? 0,
    uptimeSeconds: parseUptime(fields.get('Uptime')),
  };
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

/** `512 B`, `1.2 GB`: base 1024. */
function parseSize(text: string | undefined): number | null {
  const match = /^(\d+(?:\.\d+)?) ([KMGTPE]?B)$/.exec(text ?? '');
  const unit = UNITS[match?.[2] ?? ''];
  return match === null || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}

/** `1h2m3s`, never days. */
function parseUptime(text: string | undefined): number | null {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text ?? '');
  if (match === null || match[0] === '') return null;
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
}

/** The station says that Psiphon no longer talks to this version. */
export function isUpgradeRequired(line: string): boolean {
  return line.includes('newer version of Conduit is required');
}

/** `noise` lines look like errors and are normal: the broker had no client for a slot, or limited it. */
export function classifyLogLine(line: string): LogLine['kind'] {
  if (line.includes(MARK)) return 'stats';
  if (/no match|\blimited\b/i.test(line) && /proxyOneClient|inproxy|proxy/i.test(line)) return 'noise';
  if (isUpgradeRequired(line) || /^(?:\S+ \S+ )?\[?WARN(?:ING)?\b/i.test(line)) return 'warning';
  if (/\[ERROR\]|^(?:\S+ \S+ )?Error:|\bpanic:|\bfatal\b/i.test(line)) return 'error';
  return 'info';
}
