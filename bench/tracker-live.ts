/**
 * What it costs to count packets that are really sent, 50,000 a second and once 100,000: by text, by our thread, by the
 * kernel. The senders live in a namespace; their network (RFC 2544) leads there and nowhere else.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createSender } from '../test/harness/sender.ts';
import { rounded, say } from './fleet.ts';

const NAME = 'benchtrk';
const DEVICE = `${NAME}h`;
const PORT = 28_743;
const TICKS_A_SECOND = 100;
const RATE = 50_000;
const FAST = 100_000;
/** Its windows are longer. */
const KERNEL_SECONDS = 270;
const FAST_KERNEL_SECONDS = 90;
const LONGEST_WINDOW_MS = 75_000;

const TEXT = `tcpdump -tt -l -i ${DEVICE} -n -q "((tcp or udp) and (port ${PORT})) and not port 22" | mawk '
{ from = $3; to = $5; sub(/\\.[^.]*$/, "", from); sub(/\\.[^.]*$/, "", to); if (to == own) up[from] += $NF; else down[to] += $NF }
END { print NR > "/dev/stderr" }'`;

interface Figures {
  /** Percent of one core: of the processes, and of all that the machine did more than without. */
  cpu: number;
  machine: number;
  packets: number;
  dropped: number;
}
type Way = 'text' | 'tcpdump' | 'kernel';

export async function trackerLive({ clients, seconds }: { clients: number; seconds: number }) {
  const sender = await createSender(NAME, '10.241.9', PORT, clients);
  const send = (perSecond: number) => (time: number) => sender.send(perSecond, time);
  try {
    const idle = await bare(sender.send(RATE, 8));
    const text = await measureText(() => sender.send(RATE, seconds), idle);
    const pcap = await measureOurs('tcpdump', send(RATE), seconds, idle);
    const kernel = await measureOurs('kernel', send(RATE), KERNEL_SECONDS, idle);
    const fast = {
      tcpdump: await measureOurs('tcpdump', send(FAST), 20, null),
      kernel: await measureOurs('kernel', send(FAST), FAST_KERNEL_SECONDS, null),
    };
    return {
      ...{ clients, packetsPerSecond: RATE, text, pcap, kernel, fast },
      kernelRatio: rounded(pcap.cpu / kernel.cpu),
      machineRatio: rounded(pcap.machine / kernel.machine),
      drops: fast.tcpdump.dropped + fast.kernel.dropped,
    };
  } finally {
    await sender.remove();
  }
}

/** Seconds the whole machine works for each second of sending, when nobody counts. */
async function bare(sent: Promise<number>): Promise<number> {
  await sleep(1000);
  const before = await machineSeconds();
  await sleep(6000);
  const share = ((await machineSeconds()) - before) / 6;
  await sent;
  return share;
}

async function measureText(start: () => Promise<number>, idle: number): Promise<Figures> {
  const child = spawn('bash', ['-c', TEXT], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(() => said.includes('listening'));
  const sent = start();
  await sleep(1000);
  const from = await sampled(child.pid);
  await sleep(8000);
  const to = await sampled(child.pid);
  await sent;
  for (const pid of await descendants(child.pid ?? 0))
    if ((await statOf(pid))?.name === 'tcpdump') process.kill(pid, 'SIGINT');
  await ended(child);
  const number = (pattern: RegExp) => Number(pattern.exec(said)?.[1] ?? Number.NaN);
  const dropped = number(/(\d+) packets? dropped by kernel/);
  return told('text', { ...between(from, to, idle), packets: number(/^(\d+)$/m), dropped });
}

/** From the end of a window to the end of another, so that what a window costs is in it as often as it should be. */
async function measureOurs(
  way: Way,
  start: (seconds: number) => Promise<number>,
  seconds: number,
  idle: number | null,
): Promise<Figures> {
  const words = [join(import.meta.dirname, 'tracker-watch.ts'), DEVICE, way, String(PORT)];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const windows: { to: number; packets: number; dropped: number; at: Sample }[] = [];
  let running = false;
  createInterface({ input: child.stdout }).on('line', async (line) => {
    const said = JSON.parse(line) as { state?: string; to?: number; packets: number; dropped: number };
    if (said.state === 'running') running = true;
    if (said.to !== undefined) windows.push({ ...said, to: said.to, at: await sampled(child.pid) });
  });
  await until(() => running);
  const sending = start(seconds + 2);
  await sleep(seconds * 1000 + 1500);
  const whole = windows.slice();
  const sent = await sending;
  // The rest of it lies in a window that is still open.
  const sum = (key: 'packets' | 'dropped') => windows.reduce((all, window) => all + window[key], 0);
  await until(() => sum('packets') >= sent, LONGEST_WINDOW_MS).catch(() => undefined);
  const [first, last] = [whole[0], whole.at(-1)];
  child.stdin.end();
  await ended(child);
  if (first === undefined || last === undefined || first === last)
    throw new Error(`${way}: two windows are needed; send for longer`);
  const missing = Math.max(sum('dropped'), sent - sum('packets'));
  const figures = between(first.at, last.at, idle ?? Number.NaN);
  return told(way, { ...figures, packets: sum('packets'), dropped: missing });
}

function told(way: Way, figures: Figures): Figures {
  const { cpu, machine, packets, dropped } = figures;
  say(`${way}: ${cpu} % of a core, the machine ${machine} % more; ${packets} counted, ${dropped} missed`);
  return figures;
}

interface Sample {
  at: number;
  tree: number;
  machine: number;
}
async function sampled(pid: number | undefined): Promise<Sample> {
  return { at: performance.now(), tree: await treeSeconds(pid ?? 0), machine: await machineSeconds() };
}
function between(from: Sample, to: Sample, idle: number): Pick<Figures, 'cpu' | 'machine'> {
  const seconds = (to.at - from.at) / 1000;
  return {
    cpu: rounded((100 * (to.tree - from.tree)) / seconds),
    machine: rounded(100 * ((to.machine - from.machine) / seconds - idle)),
  };
}

/** Time of a process, its children and those of them that have ended, in seconds (proc(5)). */
async function treeSeconds(pid: number): Promise<number> {
  const stats = await Promise.all([pid, ...(await descendants(pid))].map(statOf));
  return stats.reduce((sum, stat) => sum + (stat?.ticks ?? 0), 0) / TICKS_A_SECOND;
}
async function statOf(pid: number) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { name: text.slice(text.indexOf('(') + 1, end), parent: Number(fields[1]), ticks };
}
async function descendants(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(
    await Promise.all(pids.map(async (one) => [one, (await statOf(one))?.parent] as const)),
  );
  const below = (of: number): number[] =>
    pids.filter((one) => parents.get(one) === of).flatMap((one) => [one, ...below(one)]);
  return below(pid);
}
/** What all processors did, interrupts included. */
async function machineSeconds(): Promise<number> {
  const [, ...ticks] = (await readFile('/proc/stat', 'utf8')).split('\n', 1)[0]?.split(/\s+/) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = ticks.map(Number);
  return (user + nice + system + irq + softirq) / TICKS_A_SECOND;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
async function until(condition: () => boolean, ms = 20_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it took too long');
    await sleep(50);
  }
}
function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
