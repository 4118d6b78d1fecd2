/**
 * Packets per CPU second, tcpdump included: the same capture through text and lines, as the plan and v1.x have it, and
 * through our thread's pipeline. `--live` does it with packets that are sent.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { run } from '../lib/host/run.ts';
import { median, rounded, say } from './fleet.ts';
import { readNumbers } from './options.ts';
import { SERVER_TEXTS, type Truth, writeCapture } from './tracker-capture.ts';
import { trackerLive } from './tracker-live.ts';

/** The plan's, for both. */
const FILTER = '((tcp or udp) and (port 443 or port 5566)) and not port 22';
/** Sums bytes by address and direction, and nothing else: no country is looked up, nothing is written. */
export const SUM_LINES = `
BEGIN { ${SERVER_TEXTS.map((text) => `own["${text}"] = 1;`).join(' ')} }
{
  from = $3; to = $5; sub(/\\.[^.]*$/, "", from); sub(/\\.[^.]*$/, "", to);
  if (from in own) down[to] += $NF; else up[from] += $NF;
}
END { for (a in up) u += up[a]; for (a in down) d += down[a]; printf "%d %.0f %.0f\\n", NR, u, d }`;

const oursSchema = z.object({
  packets: z.number(),
  addresses: z.number(),
  countries: z.number(),
  windowMs: z.number(),
  /** Processor time before the first packet: Node, its modules and the database of countries. */
  startMs: z.number(),
  uploadedBytes: z.number(),
  downloadedBytes: z.number(),
});

export async function tracker(words: readonly string[]): Promise<Record<string, unknown>> {
  const { numbers, flags } = readNumbers(
    words,
    {
      packets: { fallback: 2_000_000, min: 1000, max: 20_000_000 },
      addresses: { fallback: 50_000, min: 10, max: 500_000 },
      rounds: { fallback: 3, min: 1, max: 20 },
      clients: { fallback: 5000, min: 10, max: 50_000 },
      seconds: { fallback: 20, min: 10, max: 120 },
    },
    ['live'],
  );
  if (flags.has('live')) return trackerLive(numbers);
  const folder = await mkdtemp(join(tmpdir(), 'conduit-bench-tracker-'));
  try {
    const file = join(folder, 'capture.pcap');
    const truth = await writeCapture(file, numbers.packets, numbers.addresses);
    return await compare(file, truth, numbers);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compare(file: string, truth: Truth, { packets, rounds }: { packets: number; rounds: number }) {
  const seconds = { ours: [] as number[], started: [] as number[], peer: [] as number[] };
  const windows: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const text = await timed(`tcpdump -r "$1" -tt -l -n -q "$2" 2>/dev/null | mawk "$3"`, [
      ...[file, FILTER, SUM_LINES],
    ]);
    if (Number(text.output.split(' ')[0]) !== packets) throw new Error('the text pipeline lost packets');
    const binary = await timed('"$1" "$2" "$3" "$4" 2>/dev/null', [
      ...[process.execPath, join(import.meta.dirname, 'tracker-pipeline.ts'), file, FILTER],
    ]);
    const came = oursSchema.parse(JSON.parse(binary.output));
    if (
      came.packets !== packets ||
      came.uploadedBytes !== truth.uploadedBytes ||
      came.downloadedBytes !== truth.downloadedBytes
    )
      throw new Error('our pipeline did not come to what is in the capture');
    seconds.peer.push(text.cpuSeconds);
    seconds.started.push(binary.cpuSeconds);
    seconds.ours.push(binary.cpuSeconds - came.startMs / 1000);
    windows.push(came.windowMs);
    say(
      `text ${rounded(text.cpuSeconds)} CPU s; ours ${rounded(binary.cpuSeconds)} CPU s, of which ${Math.round(came.startMs)} ms to start and ${Math.round(came.windowMs)} ms to look up ${came.addresses} addresses in ${came.countries} countries; every byte counted`,
    );
  }
  const ours = packets / median(seconds.ours);
  const peer = packets / median(seconds.peer);
  return {
    packets,
    ours: Math.round(ours),
    peer: Math.round(peer),
    ratio: rounded(ours / peer),
    /** As if the thread were started for this capture alone. */
    ratioWithStart: rounded(median(seconds.peer) / median(seconds.started)),
    windowMs: Math.round(median(windows)),
  };
}

/** Runs a pipeline and counts the processor time of all of it, from start to end. */
async function timed(script: string, words: readonly string[]) {
  const measured = `TIMEFORMAT='cpu %U %S'; time { ${script}; }`;
  const { stdout, stderr } = await run('bash', ['-c', measured, 'bench', ...words], { timeoutMs: 300_000 });
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return { output: stdout.trim(), cpuSeconds: Number(user) + Number(system) };
}
