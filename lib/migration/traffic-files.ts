/** The directory in which trackers of v1.x keep what they counted. Addresses are counted, never read out. */
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Traffic } from '../contract/migration.ts';
import { ifAbsent } from '../host/absent.ts';
import {
  type LegacySample,
  type Months,
  monthsOf,
  parseSamples,
  parseTotals,
  type Totals,
} from './tracker-files.ts';
import { TRAFFIC_DIR } from './v1-paths.ts';

/** Files in which client addresses stand. */
const ADDRESS_FILES =
  /^(?:cumulative_ips|geoip_cache|tracker_snapshot|batch_tmp|batch_ips|geo_map|resolved_batch)(?:\.(?:bak|new|tmp))*$/;
const SERIES: Record<LegacySample['source'], string> = {
  connections: 'connection_history',
  uptime: 'uptime_log',
  reports: 'report_snapshots',
};
/** A file of countries has some kilobytes; one that is larger is not what it says. */
const MOST_BYTES = 8 * 1024 * 1024;

export interface TrafficFiles {
  /** The file of the lifetime totals; null when no tracker ever ran. */
  totals: { path: string; changedAtMs: number; totals: Totals } | null;
  months: Months;
  samples: LegacySample[];
  /** Of all files but the totals. */
  damagedLines: number;
}

export async function readTraffic(root: string, nowMs: number): Promise<TrafficFiles> {
  const directory = join(root, TRAFFIC_DIR);
  const archives = new Map<string, Totals>();
  for (const name of await readdir(directory).catch(ifAbsent([] as string[]))) {
    const [, month] = /^cumulative_data\.(\d{4}-(?:0[1-9]|1[0-2]))$/.exec(name) ?? [];
    const text = month === undefined ? null : await readSmall(join(directory, name));
    if (month !== undefined && text !== null) archives.set(month, parseTotals(text));
  }
  const samples: LegacySample[] = [];
  let damagedLines = [...archives.values()].reduce((sum, one) => sum + one.damagedLines, 0);
  for (const source of Object.keys(SERIES) as LegacySample['source'][]) {
    const parsed = parseSamples(source, (await readSmall(join(directory, SERIES[source]))) ?? '', nowMs);
    samples.push(...parsed.samples);
    damagedLines += parsed.damagedLines;
  }
  return { totals: await readTotals(directory), months: monthsOf(archives), samples, damagedLines };
}

/** The lifetime totals, from the copy where the file itself is empty. */
async function readTotals(directory: string): Promise<TrafficFiles['totals']> {
  for (const name of ['cumulative_data', 'cumulative_data.bak']) {
    const path = join(directory, name);
    const text = await readSmall(path);
    if (text === null || text.trim() === '') continue;
    return { path, changedAtMs: Math.floor((await lstat(path)).mtimeMs), totals: parseTotals(text) };
  }
  return null;
}

/** Null for what is no file of a believable size. */
async function readSmall(path: string): Promise<string | null> {
  const stat = await lstat(path).catch(ifAbsent(null));
  return stat === null || !stat.isFile() || stat.size > MOST_BYTES ? null : readFile(path, 'utf8');
}

/** Files with client addresses and how many lines each has. */
export async function findAddressFiles(root: string): Promise<V1Traffic['addressFiles']> {
  const directory = join(root, TRAFFIC_DIR);
  const found: V1Traffic['addressFiles'] = [];
  for (const name of (await readdir(directory).catch(ifAbsent([] as string[]))).sort()) {
    const path = join(directory, name);
    if (ADDRESS_FILES.test(name) && (await lstat(path)).isFile())
      found.push({ path, lines: await countLines(path) });
  }
  return found;
}

/** They can have hundreds of megabytes: nothing of them is kept, not even for a moment as text. */
async function countLines(path: string): Promise<number> {
  let lines = 0;
  let last = 10;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
    last = chunk.at(-1) ?? last;
  }
  return last === 10 ? lines : lines + 1;
}
