/** The only door to other programs: an argument array, never a shell, always a time limit. */
import { execa } from 'execa';

export interface RunOptions {
  /** 60 s unless told; 0 is no limit, for what a person watches. */
  timeoutMs?: number;
  signal?: AbortSignal;
  input?: string | Buffer;
  cwd?: string;
  /** Added to this process's environment. */
  env?: Record<string, string>;
  /** Strings replaced by `***` in the error, for secrets passed as arguments. */
  redact?: string[];
  /** Show the program's output on this terminal as it comes, besides collecting it; `only`: without, however much. */
  inherit?: boolean | 'only';
  /** Exit codes that are not failures; 0 always is none. */
  okExitCodes?: number[];
  /** What it prints is thrown away unread, however much it is: for programs that name clients in it. */
  discard?: boolean;
}

export interface RunResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  durationMs: number;
}

/**
 * A program that failed, in full. `message` is one line and safe to log. What the program printed may name clients: it is
 * there for who asks for it by name, and in nothing that writes an error down as a whole.
 */
export class CommandError extends Error {
  readonly command: string;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  declare readonly stdout: string;
  declare readonly stderr: string;
  readonly durationMs: number;

  constructor(fields: Omit<CommandError, 'name' | 'message' | 'stack' | 'cause'> & { reason: string }) {
    super(`${fields.command}: ${fields.reason}`);
    this.name = 'CommandError';
    this.command = fields.command;
    this.exitCode = fields.exitCode;
    this.signal = fields.signal;
    this.timedOut = fields.timedOut;
    this.durationMs = fields.durationMs;
    for (const name of ['stdout', 'stderr'] as const)
      Object.defineProperty(this, name, { value: fields[name], enumerable: false });
  }
}

/** Whether the program could not be started at all: it is not on this host. */
export function isNotInstalled(error: unknown): boolean {
  return (
    error instanceof CommandError &&
    error.exitCode === undefined &&
    error.signal === undefined &&
    !error.timedOut
  );
}

const MAX_OUTPUT_CHARACTERS = 4_000_000;

/**
 * Runs `file` with `args` and waits for it. SIGTERM at the time limit or abort, SIGKILL 5 s later.
 * @throws CommandError when it cannot be started, exits otherwise than allowed, is killed or takes too long
 */
export async function run(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await execa(file, [...args], {
    reject: false,
    stripFinalNewline: false,
    maxBuffer: MAX_OUTPUT_CHARACTERS,
    timeout: options.timeoutMs ?? 60_000,
    forceKillAfterDelay: 5000,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...outputTo(options),
  });
  const stdout = result.stdout ?? '';
  const stderr = result.stderr ?? '';
  if (!result.failed && result.exitCode !== undefined) {
    return { exitCode: result.exitCode, stdout, stderr, durationMs: result.durationMs };
  }
  if (result.exitCode !== undefined && options.okExitCodes?.includes(result.exitCode) && !result.timedOut) {
    return { exitCode: result.exitCode, stdout, stderr, durationMs: result.durationMs };
  }
  const hide = (text: string) =>
    (options.redact ?? []).reduce((t, secret) => t.replaceAll(secret, '***'), text);
  throw new CommandError({
    command: hide([file, ...args].join(' ').slice(0, 300)),
    reason: hide(failureReason(result, options.timeoutMs ?? 60_000, stderr)),
    exitCode: result.exitCode,
    signal: result.signal,
    timedOut: result.timedOut,
    stdout: hide(stdout),
    stderr: hide(stderr),
    durationMs: result.durationMs,
  });
}

function outputTo({ inherit, discard }: RunOptions) {
  if (discard === true) return { stdout: 'ignore' } as const;
  if (inherit === 'only') return { stdout: 'inherit', stderr: 'inherit' } as const;
  if (inherit === true) return { stdout: ['inherit', 'pipe'] as const, stderr: ['inherit', 'pipe'] as const };
  return {};
}

function failureReason(
  result: {
    timedOut: boolean;
    isCanceled: boolean;
    signal?: string | undefined;
    exitCode?: number | undefined;
    code?: string | undefined;
  },
  timeoutMs: number,
  stderr: string,
): string {
  if (result.timedOut) return `no answer within ${timeoutMs} ms`;
  if (result.isCanceled) return 'cancelled';
  if (result.code === 'ENOENT') return 'is not installed';
  const lastLine =
    stderr
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/[\p{Cc}]/gu, ' ')
      .slice(0, 500) ?? '';
  const outcome =
    result.signal === undefined
      ? `exit code ${result.exitCode ?? result.code}`
      : `killed by ${result.signal}`;
  return lastLine === '' ? outcome : `${outcome}: ${lastLine}`;
}
