/** A span of time as people write it on a command line. */
import { AppError } from '../lib/contract/errors.ts';

const UNIT_MS: Record<string, number> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};
const LONGEST_MS = 20 * 365 * 86_400_000;

/**
 * `--range 7d`, or `--from` and `--to` as ISO times; `to` is now where it is left out.
 * @returns milliseconds since the epoch
 * @throws AppError invalid_input naming the option, its limits and an example
 */
export function readRange(
  command: string,
  options: { range?: string | undefined; from?: string | undefined; to?: string | undefined },
  nowMs: number,
): { from: number; to: number } {
  const { range, from, to } = options;
  if (from === undefined) {
    if (to !== undefined)
      throw invalid(`${command}: --to needs --from`, 'Or use --range, such as --range 7d.');
    return { from: nowMs - readSpan(command, range ?? '24h'), to: nowMs };
  }
  if (range !== undefined)
    throw invalid(`${command}: --range and --from do not go together`, 'Use one of them.');
  const begin = readTime(command, '--from', from);
  const end = to === undefined ? nowMs : readTime(command, '--to', to);
  if (begin >= end)
    throw invalid(`${command}: --from must be before --to`, 'Swap them, or leave --to out for now.');
  return { from: begin, to: end };
}

function readSpan(command: string, text: string): number {
  const match = /^(\d{1,6})([mhdwy])$/.exec(text);
  const ms = Number(match?.[1] ?? 0) * (UNIT_MS[match?.[2] ?? ''] ?? 0);
  if (ms > 0 && ms <= LONGEST_MS) return ms;
  throw invalid(
    `${command}: --range must be a number and one of m, h, d, w, y, at most 20y, got ${text === '' ? 'nothing' : text}`,
    'Such as 90m, 24h, 7d, 4w or 1y.',
  );
}

function readTime(command: string, option: string, text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw invalid(
    `${command}: ${option} must be a time, got ${text === '' ? 'nothing' : text}`,
    'Such as 2026-05-31 or 2026-05-31T18:00Z; without a zone, a day is one in UTC.',
  );
}

function invalid(message: string, remedy: string): AppError {
  return new AppError('invalid_input', { message, remedy });
}
