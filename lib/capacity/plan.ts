/** How many stations and clients a server carries. Pure. */
import type { CapacityReport } from '../contract/capacity.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatCount } from '../format/count.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** The station's own guide: 150 to 350 people at once for each CPU and 2 GB. */
const GUIDE = { likely: 150, most: 350, memoryBytes: 2 * GIB } as const;
/** The system, Docker, nginx, agent and panel. */
const RESERVED_BYTES = 768 * MIB;
/** The plan reckons with 128 to 256 MB a container. */
const STATION_BYTES = 256 * MIB;
/** A station serves at most 1,000; from some hundred on, another station is lighter than a fuller one. */
const COMFORTABLE_CLIENTS = 250;
const STATION_LIMIT = 1000;
/** With fewer people connected what a station costs by itself hides what a person costs. */
const MEASURED_FROM = 50;
/** Of what is measured, so much may be used: traffic comes in waves. */
const HEADROOM = 0.7;
/** A person at rest takes next to nothing, one who watches a film 3 Mbit/s; the average lies about here. */
const USUAL_MBPS = 0.5;

export interface CapacityInput {
  cores: number;
  memoryBytes: number;
  linkMbps: number | null;
  measured: CapacityReport['measured'];
}

/** What one client costs in this fleet now; null while too few are connected. */
export function measureClients({ users, stationList, traffic }: Snapshot): CapacityReport['measured'] {
  const running = stationList.filter(
    ({ cpuPercent, memoryBytes }) => cpuPercent !== null && memoryBytes !== null,
  );
  const clients = users.connected;
  if (clients < MEASURED_FROM || running.length === 0) return null;
  const memory = running.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
  const cpu = running.reduce((sum, { cpuPercent }) => sum + (cpuPercent ?? 0), 0);
  return {
    clients,
    memoryPerClientBytes: memory / clients,
    cpuPerClientPercent: cpu / clients,
    mbpsPerClient: ((traffic.uploadBps + traffic.downloadBps) * 8) / 1e6 / clients,
  };
}

export function planCapacity(input: CapacityInput): CapacityReport {
  const { cores, memoryBytes, linkMbps, measured } = input;
  const free = Math.max(memoryBytes / 4, memoryBytes - RESERVED_BYTES);
  const stationsMost = Math.max(1, Math.floor(free / STATION_BYTES));
  const bounds = measured === null ? byGuide(cores, memoryBytes) : byMeasure(cores, free, measured);
  const linkClients = linkMbps === null ? null : byLink(linkMbps, measured);
  const all = linkClients === null ? bounds : [...bounds, linkClients];
  const tightest = all.reduce((a, b) => (b.likely < a.likely ? b : a));
  const likely = Math.max(1, Math.floor(tightest.likely));
  const most = Math.max(likely, Math.floor(Math.min(...all.map((bound) => bound.most))));
  const stations = Math.min(stationsMost, Math.max(1, Math.ceil(most / COMFORTABLE_CLIENTS)));
  const clientsPerStation = Math.min(STATION_LIMIT, Math.ceil(most / stations));
  return {
    host: { cores, memoryBytes, linkMbps },
    measured,
    clients: { likely, most },
    limitedBy: tightest.what,
    stations,
    clientsPerStation,
    stationsMost,
    arithmetic: [
      ...all.map(({ words }) => words),
      `The tightest is what counts: ${formatCount(likely)} people at once, ${formatCount(most)} at most.`,
      `${formatBytes(free)} of memory are left for stations, at ${formatBytes(STATION_BYTES)} each for a busy one: ${formatCount(stationsMost)} fit.`,
      `${formatCount(stations)} × ${formatCount(clientsPerStation)} holds them. More stations behind the same address do not bring more people; another address does.`,
    ],
  };
}

interface Bound {
  what: CapacityReport['limitedBy'];
  likely: number;
  most: number;
  words: string;
}

function byGuide(cores: number, memoryBytes: number): Bound[] {
  const units = memoryBytes / GUIDE.memoryBytes;
  const per = `${GUIDE.likely} to ${GUIDE.most} people`;
  return [
    {
      what: 'cpu',
      likely: cores * GUIDE.likely,
      most: cores * GUIDE.most,
      words: `The station’s guide: ${per} for each CPU; ${cores} here: ${formatCount(cores * GUIDE.likely)} to ${formatCount(cores * GUIDE.most)}.`,
    },
    {
      what: 'memory',
      likely: units * GUIDE.likely,
      most: units * GUIDE.most,
      words: `And as many for each 2 GB of memory; ${formatBytes(memoryBytes)} here: ${formatCount(units * GUIDE.likely)} to ${formatCount(units * GUIDE.most)}.`,
    },
  ];
}

function byMeasure(cores: number, free: number, measured: NonNullable<CapacityReport['measured']>): Bound[] {
  const { memoryPerClientBytes, cpuPerClientPercent, clients } = measured;
  const cpu = (cores * 100) / Math.max(0.01, cpuPerClientPercent);
  const memory = free / Math.max(1, memoryPerClientBytes);
  return [
    {
      what: 'cpu',
      likely: cpu * HEADROOM,
      most: cpu,
      words: `Measured with ${formatCount(clients)} people: ${cpuPerClientPercent.toFixed(2)} % of a core each; ${cores} cores carry ${formatCount(cpu)}, ${formatCount(cpu * HEADROOM)} with room for peaks.`,
    },
    {
      what: 'memory',
      likely: memory * HEADROOM,
      most: memory,
      words: `Measured: ${formatBytes(memoryPerClientBytes)} of memory each; ${formatBytes(free)} carry ${formatCount(memory)}, ${formatCount(memory * HEADROOM)} with room for peaks.`,
    },
  ];
}

function byLink(linkMbps: number, measured: CapacityReport['measured']): Bound {
  const each = measured === null ? USUAL_MBPS : Math.max(0.01, measured.mbpsPerClient);
  const clients = linkMbps / each;
  return {
    what: 'link',
    likely: clients * HEADROOM,
    most: clients,
    words: `The line has ${formatCount(linkMbps)} Mbit/s each way, and every byte passes it twice, once in and once out; at ${each.toFixed(2)} Mbit/s a person, both directions together: ${formatCount(clients)}.`,
  };
}
