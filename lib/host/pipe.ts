/** Runs a program that goes on until it is told to stop, and hands on what it writes as it comes. */
import { spawn } from 'node:child_process';

export interface Piped {
  pid: number | undefined;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL when that is not heard. Resolves when it has ended. */
  end(): Promise<void>;
  /** How it ended; `error` when it could not be started. Never rejects. */
  ended: Promise<{ code: number | null; signal: string | null; error: NodeJS.ErrnoException | null }>;
}

export interface PipeHandlers {
  /** The memory is the stream's: what is to be kept must be copied. */
  onData: (chunk: Buffer) => void;
  /** A line of what it says of itself. */
  onLine?: (line: string) => void;
}

const KILL_AFTER_MS = 3000;
const LONGEST_LINE = 2000;

/** An argument array, never a shell; no time limit. */
export function openPipe(file: string, args: readonly string[], { onData, onLine }: PipeHandlers): Piped {
  const child = spawn(file, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', onData);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const lines = text.split('\n');
    text = (lines.pop() ?? '').slice(-LONGEST_LINE);
    for (const line of lines) onLine?.(line);
  });
  const ended: Piped['ended'] = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    // `close` comes when what it wrote last has been read, too.
    child.once('close', (code, signal) => {
      if (text !== '') onLine?.(text);
      resolve({ code, signal, error: null });
    });
  });
  return {
    pid: child.pid,
    signal: (name) => void child.kill(name),
    async end() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(timer);
    },
    ended,
  };
}
