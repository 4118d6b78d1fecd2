/**
 * New connections and bytes per second on five ways to forty stations, by the same clients in a network namespace:
 * straight to one station, through our nginx, through our kernel engine, through the plan's own mapping (nginx to
 * loopback ports that docker-proxy serves) and through HAProxy. Each in turn, every other round from the last to the first;
 * two are compared round by round, and the median counts: a machine's pace changes more between rounds than within one.
 * Our nginx and HAProxy, which are close, are compared once more in many short turns.
 */

import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { readNginxInstall } from '../lib/balancer/nginx-install.ts';
import { run } from '../lib/host/run.ts';
import { createNamespace } from '../test/harness/namespace.ts';
import { startHaproxy, startPlansNginx } from './balancer-peers.ts';
import { duel } from './duel.ts';
import { applyFleet, median, rounded, STATIONS, say, startBenchAgent } from './fleet.ts';
import { type Load, startLoad } from './load/load.ts';
import { readNumbers } from './options.ts';

const PORTS = { ours: 31_443, secondary: 31_566, plan: 31_500, haproxy: 31_501 };
const LOOPBACK_BASE = 32_080;
/** As when everybody comes back after an outage. */
const IN_FLIGHT = 1000;
/** One station takes a thousand clients, those that are just leaving among them. */
const DIRECT_IN_FLIGHT = 400;
const PROCESSES = 2;
const STREAMS = 16;
/** A path's last sessions end, and what looks after them rests, before the next begins. */
const REST_MS = 2500;
const SHORT_REST_MS = 300;
const WARM_SECONDS = 1;

interface Path {
  name: 'direct' | 'nginx' | 'kernel' | 'plan' | 'haproxy';
  load: Load;
  prepare?: () => Promise<unknown>;
}

export async function balancer(words: readonly string[]): Promise<Record<string, unknown>> {
  const { numbers } = readNumbers(words, {
    rounds: { fallback: 11, min: 1, max: 30 },
    seconds: { fallback: 2, min: 1, max: 60 },
    pairs: { fallback: 60, min: 2, max: 500 },
  });
  const undo: (() => unknown)[] = [];
  const agent = await startBenchAgent({
    balancer: { primaryPort: PORTS.ours, secondaryPort: PORTS.secondary, targetSessions: 4000 },
    env: { CONDUIT_LOG_LEVEL: 'warn', CONDUIT_TICK_MS: '2000' },
  });
  undo.push(() => agent.dispose());
  try {
    await applyFleet(agent, STATIONS);
    const { stationList } = await agent.client.call('snapshot.get', {});
    const addresses = stationList.flatMap(({ address }) => address ?? []);
    const namespace = await createNamespace('benchc', '10.232.7', 16);
    undo.push(() => namespace.remove());
    undo.push(await allowDirect(addresses[0] ?? ''));
    undo.push(await startPlansNginx(await readNginxInstall(), PORTS.plan, LOOPBACK_BASE, STATIONS));
    undo.push(await startHaproxy(PORTS.haproxy, addresses));
    const clients = async (host: string, port: number, inFlight = IN_FLIGHT) => {
      const load = await startLoad({
        host,
        port,
        firstSource: namespace.clients[0] ?? '',
        sourcesEach: 8,
        processes: PROCESSES,
        inFlight,
        namespace: namespace.name,
      });
      undo.push(() => load.end());
      return load;
    };
    const engine = (name: 'nginx' | 'kernel') => () =>
      agent.client.call('balancer.configure', { engine: name });
    const host = namespace.hostAddress;
    const paths: Path[] = [
      { name: 'direct', load: await clients(addresses[0] ?? '', 443, DIRECT_IN_FLIGHT) },
      { name: 'plan', load: await clients(host, PORTS.plan) },
      { name: 'haproxy', load: await clients(host, PORTS.haproxy) },
      { name: 'nginx', load: await clients(host, PORTS.ours), prepare: engine('nginx') },
      { name: 'kernel', load: await clients(host, PORTS.ours), prepare: engine('kernel') },
    ];
    const seen = await measure(paths, numbers, () => endStuckSessions(addresses));
    await engine('nginx')();
    const close = await duel(loadOf(paths, 'nginx'), loadOf(paths, 'haproxy'), numbers.pairs, async () => {
      await forgetEndedSessions();
      await delay(SHORT_REST_MS);
    });
    return {
      stations: STATIONS,
      paths: figuresOf(seen),
      ratio: compared(seen, 'nginx', 'plan'),
      kernelRatio: compared(seen, 'kernel', 'plan'),
      haproxyRatio: rounded(close.ratio, 3),
      haproxyRatioIs95: [rounded(close.low, 3), rounded(close.high, 3)],
      haproxyPairs: close.pairs,
    };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

function loadOf(paths: readonly Path[], name: Path['name']): Load {
  const path = paths.find((one) => one.name === name);
  if (path === undefined) throw new Error(`there is no path ${name}`);
  return path.load;
}

interface Seen {
  /** A second, one number a round. */
  connections: number[];
  bytes: number[];
  failed: number;
}

async function measure(
  paths: readonly Path[],
  { rounds, seconds }: { rounds: number; seconds: number },
  endStuck: () => Promise<unknown>,
): Promise<Map<Path['name'], Seen>> {
  const seen = new Map<Path['name'], Seen>(
    paths.map(({ name }) => [name, { connections: [], bytes: [], failed: 0 }]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const { name, load, prepare } of round % 2 === 0 ? paths : paths.toReversed()) {
      await endStuck();
      await prepare?.();
      // One that was just switched to has new processes; the others would be compared with their first sessions.
      await load.rate(0, WARM_SECONDS);
      await forgetEndedSessions();
      await delay(REST_MS);
      const made = await load.rate(0, seconds);
      const moved = await load.bytes(STREAMS, seconds);
      const one = seen.get(name);
      one?.connections.push(made.done / made.seconds);
      one?.bytes.push(moved.bytes / moved.seconds);
      if (one) one.failed += made.failed + moved.failed;
      say(
        `${name}: ${Math.round(made.done / made.seconds)} connections/s, ${rounded((moved.bytes * 8) / moved.seconds / 1e9)} Gbit/s, ${made.failed + moved.failed} failed`,
      );
    }
  }
  return seen;
}

function figuresOf(seen: ReadonlyMap<string, Seen>) {
  return Object.fromEntries(
    [...seen].map(([name, { connections, bytes, failed }]) => [
      name,
      {
        connectionsPerSecond: Math.round(median(connections)),
        bytesPerSecond: Math.round(median(bytes)),
        failed,
      },
    ]),
  );
}

/** How many times as many new connections the one made as the other, in the round in the middle. */
function compared(seen: ReadonlyMap<Path['name'], Seen>, name: Path['name'], other: Path['name']): number {
  const others = seen.get(other)?.connections ?? [];
  const ratios = seen.get(name)?.connections.map((rate, round) => rate / (others[round] ?? Number.NaN));
  return rounded(median(ratios ?? []));
}

/**
 * docker-proxy keeps a session for ever whose client was reset while both directions were full: after some rounds those had
 * all the memory the kernel gives to TCP, and every path, whichever came next, moved a tenth of the bytes.
 */
function endStuckSessions(stations: readonly string[]): Promise<unknown> {
  const toStations = stations.map((address) => `dst ${address}`).join(' or ');
  return run('ss', ['-K', '-t', '-n', 'state', 'established', `( ${toStations} ) and dport = :443`]);
}

/** Each path begins with an equally empty connection table; what is forgotten has ended already. */
function forgetEndedSessions(): Promise<void> {
  const child = spawn('conntrack', ['-D', '-p', 'tcp', '--state', 'TIME_WAIT'], { stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
}

/** Docker lets nobody from outside reach a station it did not publish; for the straight way it is told to. */
async function allowDirect(address: string): Promise<() => Promise<unknown>> {
  const rule = ['DOCKER-USER', '-d', address, '-p', 'tcp', '--dport', '443', '-j', 'ACCEPT'];
  await run('iptables', ['-w', '-I', ...rule]);
  return () => run('iptables', ['-w', '-D', ...rule]);
}
