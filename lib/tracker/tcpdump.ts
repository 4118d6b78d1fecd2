/** Captures with tcpdump: the heads of the packets on a pipe, in binary. */
import { accessSync, constants } from 'node:fs';
import { openPipe, type Piped, type PipeHandlers } from '../host/pipe.ts';
import type { Capture, CaptureOptions, Counted } from './capture.ts';
import { programCpuMs } from './cpu-time.ts';
import { captureFilter, SNAP_BYTES } from './filter.ts';
import { readInterface } from './interfaces.ts';
import { createPacketReader } from './packet.ts';
import { createPcapStream } from './pcap.ts';
import { unprivilegedUser } from './unprivileged-user.ts';
import { signalWhileItWaits } from './waiting-program.ts';

/** What the kernel holds while nobody reads, KiB: a good second of 100,000 packets. A machine that shares its processors can be away for one. */
const BUFFER_KIB = 32_768;
/**
 * tcpdump writes 4 KiB at a time, and each of those costs both sides a call: with what coreutils' `stdbuf` gives it, the way
 * from one to the other costs half. Where there is none, tcpdump writes as it does.
 */
const STDBUF = '/usr/bin/stdbuf';
const WRITTEN_AT_ONCE = 65_536;
/** What tcpdump holds back arrives within this after it was told to write it; a window that ends without takes it next time. */
const FLUSH_MS = 300;

/** Runs tcpdump with a capture on its output; `-w -` is among the arguments. */
export function openTcpdump(args: readonly string[], handlers: PipeHandlers): Piped {
  if (!canRun(STDBUF)) return openPipe('tcpdump', args, handlers);
  return openPipe(STDBUF, [`--output=${WRITTEN_AT_ONCE}`, 'tcpdump', ...args], handlers);
}

/** Resolves when it listens. @throws Error in words for people when it cannot */
export async function startTcpdump(options: CaptureOptions): Promise<Capture> {
  const { interface: name, preset, ports, own, hosts, table } = options;
  const device = readInterface(name);
  if (device === null) throw new Error(`there is no interface ${name}`);
  /** By its own account, since it began. */
  const counted = { packets: 0, dropped: 0 };
  let reader: ReturnType<typeof createPacketReader> | null = null;
  let wrong: string | null = null;
  /** What the window that ends waits for. */
  let heard: (() => void) | null = null;
  let lastWords = '';
  /** How often it has said its figures. */
  let answers = 0;
  const stream = createPcapStream((linkType) => {
    const wanted = preset === 'frontend' ? new Set(ports) : null;
    reader = createPacketReader({ table, linkType, own, ports: wanted });
    return reader.read;
  });

  function onData(chunk: Buffer): void {
    if (wrong !== null) return;
    try {
      stream.push(chunk);
      heard?.();
    } catch (error) {
      // Whatever the bytes were, they may hold an address: only the kind of error is told.
      wrong = error instanceof RangeError ? error.message : 'the capture could not be read';
      pipe.signal('SIGTERM');
    }
  }

  let listens: () => void = () => undefined;
  const listening = new Promise<void>((resolve) => {
    listens = resolve;
  });

  /** `listening on …` at the beginning; what it captured and what it missed after SIGUSR1, in one line, and at the end, in several. */
  function onLine(line: string): void {
    if (line.includes('listening on ')) listens();
    const captured = /(\d+) packets? captured/.exec(line);
    const dropped = /(\d+) packets? dropped by kernel/.exec(line);
    if (captured !== null) counted.packets = Number(captured[1]);
    if (dropped !== null) {
      counted.dropped = Number(dropped[1]);
      answers++;
      heard?.();
    } else if (captured === null && line.startsWith('tcpdump: ')) lastWords = line.slice('tcpdump: '.length);
  }

  const pipe = openTcpdump(
    [
      ...['-i', name, '-n', '-s', String(SNAP_BYTES), '-B', String(BUFFER_KIB), '-w', '-'],
      ...['-Z', unprivilegedUser(), captureFilter({ preset, ports, ethernet: device.ethernet, hosts })],
    ],
    { onData, onLine },
  );
  const failed = pipe.ended.then(({ code, signal, error }) => {
    if (wrong !== null) return wrong;
    if (error !== null)
      return error.code === 'ENOENT'
        ? 'tcpdump is not installed; `sudo apt-get install tcpdump` brings it'
        : `tcpdump cannot be started: ${error.code}`;
    return lastWords === '' ? `tcpdump ended (${signal ?? `code ${code}`})` : lastWords;
  });
  await Promise.race([
    listening,
    failed.then((reason) => {
      throw new Error(reason);
    }),
  ]);
  const last = { packets: 0, dropped: 0, cpuMs: 0 };

  return {
    isDue: () => true,
    async flush(): Promise<Counted> {
      const asked = answers;
      if (await signalWhileItWaits(pipe.pid ?? 0, ['SIGUSR1', 'SIGUSR2'], FLUSH_MS))
        await within(FLUSH_MS, (done) => {
          // All it has captured has come when as many records are here; it counts in 32 bits.
          heard = () => {
            if (answers > asked && ((stream.packets - counted.packets) | 0) >= 0) done();
          };
          heard();
        });
      heard = null;
      const now = { packets: stream.packets, dropped: counted.dropped, cpuMs: programCpuMs(pipe.pid ?? 0) };
      const since = {
        packets: now.packets - last.packets,
        dropped: Math.max(0, now.dropped - last.dropped),
        cpuMs: Math.max(0, now.cpuMs - last.cpuMs),
      };
      Object.assign(last, now);
      return since;
    },
    failed,
    close: () => pipe.end(),
  };
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when `done` is called, or after the time. */
function within(ms: number, begin: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    begin(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
