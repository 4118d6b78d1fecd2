/** What stations without metrics say of themselves: a file in their volume, or their log. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Docker } from '../../lib/host/docker-types.ts';
import { isUpgradeRequired, parseStatsLine } from '../../lib/stations/log-line.ts';
import { parseStatsFile } from '../../lib/stations/stats-file.ts';
import type { Reading } from './station-track.ts';

const MAX_STATS_BYTES = 64 * 1024;
const LOG_LINES = 50;
const LOG_TIMEOUT_MS = 5000;
const START_NOTED_LATE_MS = 1000;

/**
 * Reads `stats.json`. The volume belongs to the station, so what lies there is not trusted: a link is not followed,
 * a pipe does not block, and a large file is not read.
 * @param startedAtMs a file that is older was written by an earlier run
 * @returns null when there is none of this run, or it is being written just now
 */
export function readStatsReport(dataDir: string, startedAtMs: number): Reading | null {
  const text = readSmallFile(join(dataDir, 'stats.json'), startedAtMs);
  const stats = text === null ? null : parseStatsFile(text);
  if (stats === null) return null;
  return {
    source: 'stats-file',
    connected: stats.connected,
    connecting: stats.connecting,
    announcing: stats.announcing,
    live: stats.live,
    uploadedBytes: stats.uploadedBytes,
    downloadedBytes: stats.downloadedBytes,
    processStartSeconds: null,
    regions: null,
  };
}

function readSmallFile(path: string, notBeforeMs: number): string | null {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MAX_STATS_BYTES || stat.mtimeMs < notBeforeMs) return null;
    const buffer = Buffer.alloc(stat.size);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, stat.size, 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR' || code === 'ENXIO') return null;
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

export interface LogReport {
  /** Null when the lines say nothing of users. */
  reading: Reading | null;
  upgradeRequired: boolean;
}

/** Reads the end of a station's log since its start. @throws AppError engine_unavailable */
export async function readLogReport(
  docker: Pick<Docker, 'logs'>,
  containerId: string,
  startedAtMs: number,
): Promise<LogReport> {
  const lines: string[] = [];
  const signal = AbortSignal.timeout(LOG_TIMEOUT_MS);
  for await (const line of docker.logs(containerId, { tail: LOG_LINES, follow: false, signal })) {
    if (line.atMs === null || isOfThisRun(line.text, line.atMs - startedAtMs)) lines.push(line.text);
  }
  return parseLogReport(lines);
}

/**
 * The log goes on over restarts of the container; what an earlier run said does not count. Docker notes the start a
 * moment after the process began to talk, so its very first words are older; counts never are.
 */
function isOfThisRun(text: string, afterStartMs: number): boolean {
  return afterStartMs >= 0 || (afterStartMs > -START_NOTED_LATE_MS && parseStatsLine(text) === null);
}

export function parseLogReport(lines: readonly string[]): LogReport {
  const report: LogReport = { reading: null, upgradeRequired: false };
  for (const line of lines) {
    if (isUpgradeRequired(line)) report.upgradeRequired = true;
    const stats = parseStatsLine(line);
    // Before its first client a station says only that it is there.
    if (
      stats !== null ||
      (report.reading === null && /Connected to Psiphon network|\] Announcing/.test(line))
    )
      report.reading = {
        source: 'log',
        connected: stats?.connected ?? 0,
        connecting: stats?.connecting ?? 0,
        announcing: stats?.announcing ?? null,
        live: true,
        uploadedBytes: stats?.uploadedBytes ?? 0,
        downloadedBytes: stats?.downloadedBytes ?? 0,
        processStartSeconds: null,
        regions: null,
      };
  }
  return report;
}
