/** Reads a station's own metrics (Prometheus text): users, bytes and countries, in every version's wording. */

export interface RegionMetrics {
  /** ISO code as the station reports it. */
  code: string;
  scope: 'common' | 'personal';
  connected: number;
  connecting: number;
  uploadedBytes: number;
  downloadedBytes: number;
}

export interface StationMetrics {
  connected: number;
  connecting: number;
  /** Free slots offered to the broker; null before 1.4. */
  announcing: number | null;
  live: boolean | null;
  idleSeconds: number | null;
  uptimeSeconds: number | null;
  /** Since the process started: client → Psiphon, and Psiphon → client. */
  uploadedBytes: number;
  downloadedBytes: number;
  maxClients: number | null;
  /** Start of the process, seconds since the epoch: the epoch of the counters. */
  processStartSeconds: number | null;
  version: string | null;
  /** Null before 2.0: the station does not tell countries apart. */
  regions: RegionMetrics[] | null;
}

const PREFIX = 'conduit_';
const REGION = 'region_';

/**
 * One pass over the text, without a regular expression a line: forty of these are read every two seconds.
 * @returns null when the text is not a station's
 */
export function parseMetrics(text: string): StationMetrics | null {
  const plain = new Map<string, number>();
  const regions = new Map<string, RegionMetrics>();
  let version: string | null = null;
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    if (text.startsWith(PREFIX, start)) {
      const sample = readSample(text, start + PREFIX.length, end);
      if (sample !== null) {
        if (sample.name.startsWith(REGION)) addRegion(regions, sample);
        else if (sample.name === 'build_info') version = labelOf(sample.labels, 'build_rev');
        else plain.set(sample.name, sample.value);
      }
    } else if (text.startsWith('process_start_time_seconds', start)) {
      const sample = readSample(text, start, end);
      if (sample !== null) plain.set(sample.name, sample.value);
    }
    start = end + 1;
  }
  const connected = plain.get('connected_clients');
  if (connected === undefined) return null;
  const common = plain.get('max_common_clients');
  const live = plain.get('is_live');
  return {
    connected,
    connecting: plain.get('connecting_clients') ?? 0,
    announcing: plain.get('announcing') ?? null,
    live: live === undefined ? null : live !== 0,
    idleSeconds: plain.get('idle_seconds') ?? null,
    uptimeSeconds: plain.get('uptime_seconds') ?? null,
    uploadedBytes: plain.get('bytes_uploaded') ?? 0,
    downloadedBytes: plain.get('bytes_downloaded') ?? 0,
    maxClients:
      common === undefined
        ? (plain.get('max_clients') ?? null)
        : common + (plain.get('max_personal_clients') ?? 0),
    processStartSeconds: plain.get('process_start_time_seconds') ?? null,
    version,
    regions: common === undefined && regions.size === 0 ? null : [...regions.values()],
  };
}

interface Sample {
  name: string;
  /** Text between the braces, '' when there are none. */
  labels: string;
  value: number;
}

/** `name{labels} value [timestamp]` between two offsets; null for a line that is none or is not a number. */
function readSample(text: string, from: number, to: number): Sample | null {
  const brace = text.indexOf('{', from);
  const hasLabels = brace !== -1 && brace < to;
  const labelsEnd = hasLabels ? text.lastIndexOf('}', to) : -1;
  if (hasLabels && labelsEnd < brace) return null;
  const nameEnd = hasLabels ? brace : text.indexOf(' ', from);
  if (nameEnd === -1 || nameEnd >= to) return null;
  const rest = text.slice(hasLabels ? labelsEnd + 1 : nameEnd, to).trim();
  const space = rest.indexOf(' ');
  const value = Number(space === -1 ? rest : rest.slice(0, space));
  if (rest === '' || !Number.isFinite(value)) return null;
  return {
    name: text.slice(from, nameEnd),
    labels: hasLabels ? text.slice(brace + 1, labelsEnd) : '',
    value,
  };
}

function addRegion(regions: Map<string, RegionMetrics>, { name, labels, value }: Sample): void {
  const code = labelOf(labels, 'region');
  if (code === null || code === '') return;
  const scope = labelOf(labels, 'scope') === 'personal' ? 'personal' : 'common';
  const key = `${scope}:${code}`;
  let region = regions.get(key);
  if (region === undefined) {
    region = { code, scope, connected: 0, connecting: 0, uploadedBytes: 0, downloadedBytes: 0 };
    regions.set(key, region);
  }
  if (name === 'region_connected_clients') region.connected = value;
  else if (name === 'region_connecting_clients') region.connecting = value;
  else if (name === 'region_bytes_uploaded') region.uploadedBytes = value;
  else if (name === 'region_bytes_downloaded') region.downloadedBytes = value;
}

/** Value of one label; the station's own labels hold no escaped quotes. */
function labelOf(labels: string, name: string): string | null {
  const at = labels.indexOf(`${name}="`);
  if (at === -1 || (at > 0 && labels[at - 1] !== ',')) return null;
  const from = at + name.length + 2;
  const to = labels.indexOf('"', from);
  return to === -1 ? null : labels.slice(from, to);
}
