/**
 * How many sessions the balancer holds: opens them from this machine, holds them, sends through all of them, and
 * says what came back, how evenly the stations have them and what it cost.
 */
import { readdir, readFile } from 'node:fs/promises';
import type { TestAgent } from '../test/harness/agent.ts';
import { applyFleet, connectedCounts, rounded, say, startBenchAgent } from './fleet.ts';
import { type Outcome, quantile, SESSIONS_A_PROCESS, startLoad } from './load/load.ts';
import { readNumbers } from './options.ts';

const PORT = 31_443;
/** What one station takes at most; a test of more sessions needs more stations. */
const CLIENTS_A_STATION = 1000;
/** A datagram that was lost in a full buffer is not sent again: clients come in smaller groups than for TCP. */
const UDP_REPLIES = 10;
const UDP_SOURCES_EACH = 4000;

export async function sessions(words: readonly string[]): Promise<Record<string, unknown>> {
  const { numbers, flags } = readNumbers(
    words,
    {
      sessions: { fallback: 40_000, min: 1, max: 400_000 },
      stations: { fallback: 0, min: 0, max: 1000 },
      'in-flight': { fallback: 500, min: 1, max: 20_000 },
    },
    ['udp'],
  );
  const count = numbers.sessions;
  const stations = numbers.stations || Math.max(1, Math.ceil(count / CLIENTS_A_STATION));
  const agent = await startBenchAgent({
    balancer: { primaryPort: PORT, secondaryPort: 31_566, targetSessions: Math.max(100, count) },
    env: { CONDUIT_LOG_LEVEL: 'warn', CONDUIT_TICK_MS: '2000' },
  });
  const load = await startLoad({
    host: '127.0.0.1',
    port: PORT,
    firstSource: '127.1.0.1',
    // UDP is spread by the client's address: few addresses would be few clients.
    sourcesEach: flags.has('udp') ? UDP_SOURCES_EACH : 4,
    processes: Math.ceil(count / SESSIONS_A_PROCESS),
    inFlight: numbers['in-flight'],
  });
  try {
    say(`${stations} stations in ${rounded(await applyFleet(agent, stations), 1)} s`);
    const before = await cpuSeconds();
    const opened = flags.has('udp') ? await load.udp(count, UDP_REPLIES) : await load.open(count);
    sayOutcome(flags.has('udp') ? `UDP clients that got ${UDP_REPLIES} replies each` : 'Opened', opened);
    const spread = await spreadOf(agent, stations);
    const cost = await costOf(before);
    const echoed = flags.has('udp') ? opened : await load.echo();
    if (!flags.has('udp')) sayOutcome('Echoed through all', echoed);
    say(`Spread over the stations: ${spread.min} to ${spread.max}, mean ${spread.mean}`);
    const snapshot = await agent.client.call('snapshot.get', {});
    return {
      protocol: flags.has('udp') ? 'udp' : 'tcp',
      sessions: count,
      stations,
      reached: opened.done,
      refused: opened.failed,
      lost: flags.has('udp') ? 0 : opened.done - echoed.alive,
      perSecond: rounded(opened.done / opened.seconds, 0),
      connect: {
        p50: rounded(quantile(opened.connectMs, 0.5)),
        p99: rounded(quantile(opened.connectMs, 0.99)),
      },
      established: {
        p50: rounded(quantile(opened.echoMs, 0.5)),
        p99: rounded(quantile(opened.echoMs, 0.99)),
      },
      echo: { p50: rounded(quantile(echoed.echoMs, 0.5)), p99: rounded(quantile(echoed.echoMs, 0.99)) },
      spread,
      farthestFromMean: rounded(
        Math.max(spread.max - spread.mean, spread.mean - spread.min) / spread.mean,
        4,
      ),
      cost,
      agentSampleMs: snapshot.sampleMs,
    };
  } finally {
    load.end();
    await agent.dispose();
  }
}

function sayOutcome(what: string, { done, failed, seconds, connectMs, echoMs }: Outcome): void {
  say(
    `${what}: ${done}, failed ${failed}, in ${rounded(seconds, 1)} s; connect p50 ${rounded(quantile(connectMs, 0.5))} ms, p99 ${rounded(quantile(connectMs, 0.99))} ms; echo p50 ${rounded(quantile(echoMs, 0.5))} ms, p99 ${rounded(quantile(echoMs, 0.99))} ms`,
  );
}

/** By what each station itself counts. */
async function spreadOf(agent: TestAgent, stations: number) {
  const counts = (await connectedCounts(agent)).slice(0, stations);
  return {
    min: Math.min(...counts),
    max: Math.max(...counts),
    mean: rounded(counts.reduce((sum, one) => sum + one, 0) / counts.length, 1),
  };
}

interface Cpu {
  nginx: number;
  stations: number;
  load: number;
}

/** Processor seconds so far, by who used them. */
async function cpuSeconds(): Promise<Cpu & { memoryBytes: number; descriptors: number }> {
  const sum = { nginx: 0, stations: 0, load: 0, memoryBytes: 0, descriptors: 0 };
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [command, stat, status] = await Promise.all(
      ['cmdline', 'stat', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
    );
    const who = command?.startsWith('nginx: worker')
      ? ('nginx' as const)
      : command?.includes('/load\0')
        ? ('load' as const)
        : command?.includes('--max-common-clients')
          ? ('stations' as const)
          : null;
    if (who === null || stat === undefined) continue;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    sum[who] += (Number(fields[11]) + Number(fields[12])) / 100;
    if (who !== 'nginx') continue;
    sum.memoryBytes += Number(/^VmRSS:\s+(\d+)/m.exec(status ?? '')?.[1] ?? 0) * 1024;
    sum.descriptors += (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;
  }
  return sum;
}

async function costOf(before: Cpu) {
  const now = await cpuSeconds();
  const read = async (name: string) =>
    Number((await readFile(`/proc/sys/net/netfilter/${name}`, 'utf8').catch(() => 'NaN')).trim());
  return {
    nginxCpuSeconds: rounded(now.nginx - before.nginx),
    stationsCpuSeconds: rounded(now.stations - before.stations),
    loadCpuSeconds: rounded(now.load - before.load),
    nginxMemoryMb: Math.round(now.memoryBytes / 2 ** 20),
    nginxDescriptors: now.descriptors,
    conntrack: await read('nf_conntrack_count'),
    conntrackMax: await read('nf_conntrack_max'),
  };
}
