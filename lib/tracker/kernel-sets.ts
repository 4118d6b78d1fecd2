/** Counts in the kernel: nftables adds up bytes by address, and what it has is read and emptied window by window. */
import { openPipe, type PipeHandlers } from '../host/pipe.ts';
import { CommandError, isNotInstalled, run } from '../host/run.ts';
import { addressWords } from './address-text.ts';
import type { Capture, CaptureOptions, Counted } from './capture.ts';
import { endedProgramsCpuMs } from './cpu-time.ts';
import {
  type KernelRulesInput,
  MISSED,
  renderTable,
  renderTurn,
  type Side,
  setNames,
} from './kernel-rules.ts';
import { createTableReader } from './nft-table.ts';

const TIMEOUT_MS = 15_000;
/**
 * nft prints text piece by piece, with five calls an address, and JSON in one; and it holds all it prints in memory, which
 * costs less in large pages. Together a third of what its text costs.
 */
const LISTING = [
  ...['env', 'GLIBC_TUNABLES=glibc.malloc.hugetlb=1', `MALLOC_TOP_PAD_=${32 << 20}`],
  ...['nft', '-j', 'list', 'table', 'inet'],
];
/**
 * Reading costs about 10 µs of processor time by the address, and as much as 2,000 addresses for the programs it takes: windows
 * become longer until that is a sixth of a per cent of the time, up to the longest.
 */
const COST_SHARE = 0.0016;

export function kernelTable(prefix: string): string {
  return `${prefix}_geo`;
}

/** @throws Error in words for people when nftables cannot do it */
export async function startKernelSets(options: CaptureOptions): Promise<Capture> {
  const { table } = options;
  const rules: KernelRulesInput = { ...options, table: kernelTable(options.prefix) };
  let side: Side = 'a';
  let missed = 0;
  let costMs = 0;
  let fail: (reason: string) => void = () => undefined;
  const failed = new Promise<string>((resolve) => {
    fail = resolve;
  });

  await removeKernelTable(options.prefix);
  await nft(renderTable(rules) + renderTurn(rules, side));

  /** All at once: each program more would cost as much as a few hundred addresses. */
  async function readSide(idle: Side): Promise<Counted> {
    const directions = new Map(setNames(idle).map(({ name, arriving }) => [name, arriving]));
    let arriving = false;
    let packets = 0;
    let missedNow = missed;
    const reader = createTableReader(MISSED, {
      onSet(name) {
        const direction = directions.get(name);
        arriving = direction === true;
        // The other side has begun to count meanwhile.
        return direction !== undefined;
      },
      onV4(address, count, bytes) {
        packets += count;
        table.addV4(address, arriving, bytes);
      },
      onV6(address, count, bytes) {
        packets += count;
        const words = addressWords(address);
        if (words?.length !== 4) return;
        const [a = 0, b = 0, c = 0, d = 0] = words;
        table.addV6(a, b, c, d, arriving, bytes);
      },
      onCounter: (count) => {
        missedNow = count;
      },
    });
    await told([...LISTING, rules.table], (chunk) => reader.push(chunk));
    reader.end();
    const dropped = Math.max(0, missedNow - missed);
    missed = missedNow;
    return { packets: packets + dropped, dropped, cpuMs: 0 };
  }

  async function flush(): Promise<Counted> {
    const begun = endedProgramsCpuMs();
    const idle = side;
    const next: Side = side === 'a' ? 'b' : 'a';
    try {
      await told(['nft', renderTurn(rules, next)], () => undefined);
      side = next;
      const counted = await readSide(idle);
      costMs = endedProgramsCpuMs() - begun;
      return { ...counted, cpuMs: costMs };
    } catch {
      // Somebody took our table away; what nft says of it could name an address.
      fail('the kernel lost our counters, as when every rule of the host is flushed');
      return { packets: 0, dropped: 0, cpuMs: endedProgramsCpuMs() - begun };
    }
  }

  return {
    isDue: (sinceMs) => sinceMs >= Math.min(options.longestWindowMs, costMs / COST_SHARE),
    flush,
    failed,
    close: () => removeKernelTable(options.prefix),
  };
}

export async function removeKernelTable(prefix: string): Promise<void> {
  try {
    await run('nft', ['delete', 'table', 'inet', kernelTable(prefix)], {
      timeoutMs: TIMEOUT_MS,
      okExitCodes: [1],
    });
  } catch (error) {
    if (!isNotInstalled(error)) throw error;
  }
}

/** The shortest way to a program: what checks and collects for people costs as much as the program, window after window. */
async function told([file = '', ...args]: readonly string[], onData: PipeHandlers['onData']): Promise<void> {
  const { code } = await openPipe(file, args, { onData }).ended;
  if (code !== 0) throw new Error('our sets are gone');
}

async function nft(script: string): Promise<void> {
  try {
    await run('nft', ['-f', '-'], { input: script, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    if (isNotInstalled(error))
      throw new Error('nft is not installed; `sudo apt-get install nftables` brings it');
    if (error instanceof CommandError) throw new Error(`nftables refused to count: ${error.message}`);
    throw error;
  }
}
