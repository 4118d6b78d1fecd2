/**
 * What goes through the balancer: the kernel's counters and socket tables, read when somebody asks and every so often
 * while nobody does, so that rates and the comparison with the stations' own figures have a beginning.
 */
import type { Logger } from 'pino';
import { type Accounting, createAccounting } from '../../lib/balancer/accounting.ts';
import type { Counted, Flow } from '../../lib/balancer/accounting-rules.ts';
import { listenersOf } from '../../lib/balancer/listeners.ts';
import type { PortAndProtocol } from '../../lib/balancer/listening.ts';
import {
  noSessions,
  readOwnSessions,
  readProxiedSessions,
  readTrackedSessions,
  type StationSessions,
} from '../../lib/balancer/sessions.ts';
import type { BalancerTraffic } from '../../lib/contract/balancer.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import { isNotInstalled } from '../../lib/host/run.ts';
import type { Backend } from './service.ts';

/** One station as the balancer sees it; the fleet tells. */
export interface TrafficStation {
  index: number;
  name: string;
  address: string;
  pid: number | null;
  rotation: 'in' | 'out' | 'draining';
  reason: string | null;
  /** Bytes both ways since the station's start, by its own count; null when it reports none. */
  reportedBytes: number | null;
}

export interface Traffic {
  /** Counts these listeners and stations from now on. Never throws: without counting the balancer works all the same. */
  follow(settings: BalancerSettings, backends: readonly Backend[]): Promise<void>;
  read(
    stations: readonly TrafficStation[],
    engine: BalancerSettings['engine'],
  ): Promise<Omit<BalancerTraffic, 'oldWorkers'>>;
  sessionsOf(
    stations: readonly TrafficStation[],
    engine: BalancerSettings['engine'],
  ): Promise<Map<string, StationSessions>>;
  remove(): Promise<void>;
}

interface Reading {
  at: number;
  counted: Counted;
  sessions: Map<string, StationSessions>;
}

/** Callers within this time share a reading. */
const FRESH_MS = 1500;
/** With many sessions a reading costs something: it takes at most a twentieth of the time. */
const COST_FACTOR = 20;
const NO_FLOW: Flow = { opened: 0, bytesIn: 0, bytesOut: 0 };
const NO_NFT =
  'Nothing is counted: the program nft is not installed. `sudo apt-get install nftables` brings it.';

export function createTraffic({
  prefix,
  now,
  log,
}: {
  prefix: string;
  now: () => number;
  log: Logger;
}): Traffic {
  const accounting: Accounting = createAccounting(`${prefix}_count`);
  let since: number | null = null;
  let notes: string[] = [];
  let last: Reading | null = null;
  let before: Reading | null = null;
  let reading: Promise<Reading> | null = null;
  let costMs = 0;
  let following: { listeners: PortAndProtocol[]; stations: readonly Backend[] } | null = null;
  /** What each station reported at the last look, and the sum of what came since counting began. */
  const reported = new Map<number, { seen: number; sum: number }>();

  async function sessionsOf(stations: readonly TrafficStation[], engine: BalancerSettings['engine']) {
    const addresses = stations.map(({ address }) => address);
    if (engine === 'nginx') return readProxiedSessions(addresses);
    const tracked = await readTrackedSessions(addresses);
    if (tracked !== null) return tracked;
    const found = new Map<string, StationSessions>();
    for (const { address, pid } of stations)
      found.set(address, pid === null ? noSessions() : await readOwnSessions(pid));
    return found;
  }

  async function look(
    stations: readonly TrafficStation[],
    engine: BalancerSettings['engine'],
  ): Promise<Reading> {
    const begun = performance.now();
    const [counted, sessions] = await Promise.all([accounting.read(), sessionsOf(stations, engine)]);
    costMs = performance.now() - begun;
    // Somebody flushed every rule of the host: counting begins again.
    if (counted === null && following !== null && since !== null) {
      since = null;
      last = null;
      await begin();
    }
    return { at: now(), counted: counted ?? { listeners: new Map(), stations: new Map() }, sessions };
  }

  async function begin(): Promise<void> {
    if (following === null) return;
    try {
      await accounting.follow(following.listeners, following.stations);
      if (since === null) reported.clear();
      since ??= now();
      notes = [];
    } catch (error) {
      since = null;
      notes = isNotInstalled(error)
        ? [NO_NFT]
        : [
            `Nothing is counted: the kernel refused the counters (${error instanceof Error ? error.message : error}).`,
          ];
      log.warn({ err: error }, 'the balancer is not counted');
    }
  }

  function noteReports(stations: readonly TrafficStation[]): void {
    for (const { index, reportedBytes } of stations) {
      if (reportedBytes === null) continue;
      const known = reported.get(index);
      if (known === undefined) reported.set(index, { seen: reportedBytes, sum: 0 });
      else {
        // A counter that fell began again with its station.
        known.sum += reportedBytes >= known.seen ? reportedBytes - known.seen : reportedBytes;
        known.seen = reportedBytes;
      }
    }
  }

  return {
    async follow(settings, backends) {
      following = {
        listeners: listenersOf(settings),
        // A station that left may still have sessions: it stays counted until another takes its address.
        stations: [
          ...new Map([...(following?.stations ?? []), ...backends].map((one) => [one.address, one])).values(),
        ],
      };
      await begin();
    },
    sessionsOf,
    async read(stations, engine) {
      if (last === null || now() - last.at > Math.max(FRESH_MS, COST_FACTOR * costMs)) {
        reading ??= look(stations, engine).finally(() => {
          reading = null;
        });
        const next = await reading;
        if (next !== last) {
          before = last;
          last = next;
          noteReports(stations);
        }
      }
      return report({ stations, engine, since, notes, last, before, reported });
    },
    async remove() {
      since = null;
      last = null;
      before = null;
      following = null;
      reported.clear();
      await accounting.remove().catch((error: unknown) => {
        if (!isNotInstalled(error)) throw error;
      });
    },
  };
}

interface ReportInput {
  stations: readonly TrafficStation[];
  engine: BalancerSettings['engine'];
  since: number | null;
  notes: string[];
  last: Reading;
  before: Reading | null;
  reported: ReadonlyMap<number, { sum: number }>;
}

function report({
  stations,
  engine,
  since,
  notes,
  last,
  before,
  reported,
}: ReportInput): Omit<BalancerTraffic, 'oldWorkers'> {
  const seconds = before === null ? 0 : (last.at - before.at) / 1000;
  const sessions = { tcp: 0, udp: 0 };
  const list = stations.map(({ index, name, address, rotation, reason }) => {
    const open = last.sessions.get(address) ?? noSessions();
    sessions.tcp += open.primary.tcp + open.secondary.tcp;
    sessions.udp += open.primary.udp + open.secondary.udp;
    return {
      index,
      name,
      rotation,
      reason,
      ...open,
      ...rates(last.counted.stations.get(address), before?.counted.stations.get(address), seconds),
      reportedBytes: reported.get(index)?.sum ?? null,
    };
  });
  const through = list.reduce((sum, one) => sum + one.bytesIn + one.bytesOut, 0);
  const told = [...reported.values()].reduce((sum, one) => sum + one.sum, 0);
  return {
    at: last.at,
    since,
    notes,
    engine,
    sessions,
    ports: [...last.counted.listeners].map(([key, flow]) => {
      const [protocol, port] = key.split(' ');
      return {
        protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
        port: Number(port),
        ...rates(flow, before?.counted.listeners.get(key), seconds),
      };
    }),
    stations: list,
    share: since === null || told === 0 ? null : through / told,
  };
}

function rates(flow: Flow = NO_FLOW, earlier: Flow = NO_FLOW, seconds: number) {
  const rate = (to: number, from: number) => (seconds > 0 ? Math.max(0, (to - from) / seconds) : 0);
  return {
    ...flow,
    openedPerSecond: rate(flow.opened, earlier.opened),
    bytesInPerSecond: rate(flow.bytesIn, earlier.bytesIn),
    bytesOutPerSecond: rate(flow.bytesOut, earlier.bytesOut),
  };
}
