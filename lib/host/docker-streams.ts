/** Log and event streams of the engine as async iterables. */
import { AppError } from '../contract/errors.ts';
import type { ContainerLogLine } from './docker-types.ts';

interface Frame {
  stream: 'stdout' | 'stderr';
  data: Buffer;
}

const HEADER_BYTES = 8;
/** A frame is at most 16 KB in practice; a longer one is a broken stream. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
const MAX_LINE_CHARACTERS = 16_384;

/**
 * Takes apart the engine's multiplexed stream: one byte stream type, three zero bytes, four bytes length, data
 * (Docker Engine API, "Attach to a container", stream format).
 */
export async function* frames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER_BYTES) {
      const length = pending.readUInt32BE(4);
      if (length > MAX_FRAME_BYTES)
        throw new AppError('internal', { message: 'The engine sent a log stream that is damaged.' });
      if (pending.length < HEADER_BYTES + length) break;
      yield {
        stream: pending[0] === 2 ? 'stderr' : 'stdout',
        data: pending.subarray(HEADER_BYTES, HEADER_BYTES + length),
      };
      pending = pending.subarray(HEADER_BYTES + length);
    }
  }
}

/** Whole lines, each stream's own; with timestamps the engine puts `2026-01-02T03:04:05.6Z ` before each. */
export async function* lines(
  source: AsyncIterable<Frame>,
  { timestamps = true } = {},
): AsyncGenerator<ContainerLogLine> {
  const rest = { stdout: '', stderr: '' };
  for await (const { stream, data } of source) {
    const parts = (rest[stream] + data.toString('utf8')).split('\n');
    rest[stream] = (parts.pop() ?? '').slice(0, MAX_LINE_CHARACTERS);
    for (const part of parts) yield toLine(stream, part, timestamps);
  }
  for (const stream of ['stdout', 'stderr'] as const)
    if (rest[stream] !== '') yield toLine(stream, rest[stream], timestamps);
}

function toLine(stream: ContainerLogLine['stream'], raw: string, timestamps: boolean): ContainerLogLine {
  const line = raw.replace(/\r$/, '').slice(0, MAX_LINE_CHARACTERS);
  const space = timestamps ? line.indexOf(' ') : -1;
  const atMs = space > 0 ? Date.parse(line.slice(0, space)) : Number.NaN;
  return Number.isNaN(atMs)
    ? { stream, atMs: null, text: line }
    : { stream, atMs, text: line.slice(space + 1) };
}

/** Ends quietly when the signal aborts; other failures are thrown on. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Exit code of a container that ends in time. */
export async function within(
  ended: Promise<{ StatusCode: number }>,
  timeoutMs: number,
  what: string,
): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new AppError('timed_out', { message: `${what} did not end within ${timeoutMs} ms.` })),
      timeoutMs,
    );
  });
  try {
    return (await Promise.race([ended, late])).StatusCode;
  } finally {
    clearTimeout(timer);
  }
}
