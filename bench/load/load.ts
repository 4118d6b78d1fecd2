/**
 * Clients by the ten thousand: several processes of load.c, since one may hold only so many open files. They send to
 * addresses of this machine or of a namespace made for the purpose, and end with this process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../../lib/host/run.ts';

export interface LoadOptions {
  host: string;
  port: number;
  /** First source address; each process takes `sourcesEach` that follow. */
  firstSource: string;
  sourcesEach?: number;
  processes: number;
  /** Connects or echoes under way, over all processes. */
  inFlight: number;
  /** Network namespace the clients live in; by default this one. */
  namespace?: string;
}

export interface Outcome {
  done: number;
  failed: number;
  /** Sessions that stand. */
  alive: number;
  /** The longest of the processes. */
  seconds: number;
  bytes: number;
  /** Milliseconds, sorted: until connected, and until the first echo or last reply. */
  connectMs: number[];
  echoMs: number[];
}

export interface Load {
  /** @param count over all processes */
  open(count: number): Promise<Outcome>;
  echo(): Promise<Outcome>;
  /** @param perSecond 0: as fast as it goes */
  rate(perSecond: number, seconds: number): Promise<Outcome>;
  bytes(sessions: number, seconds: number): Promise<Outcome>;
  udp(clients: number, replies: number): Promise<Outcome>;
  alive(): Promise<Outcome>;
  close(): Promise<Outcome>;
  end(): void;
}

/** Sessions one process holds: below its open files, with room for the short ones of `rate`. */
export const SESSIONS_A_PROCESS = 9000;

interface Answer {
  done: number;
  failed: number;
  alive: number;
  seconds: number;
  bytes: number;
  samples: number[];
}

let program: Promise<string> | undefined;

/** Compiles once a process. @throws CommandError when there is no C compiler */
export function compileLoad(): Promise<string> {
  program ??= (async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'load-')), 'load');
    await run('gcc', [
      '-O2',
      '-Wall',
      '-Wextra',
      '-D_GNU_SOURCE',
      '-o',
      path,
      join(import.meta.dirname, 'load.c'),
    ]);
    return path;
  })();
  return program;
}

export async function startLoad(options: LoadOptions): Promise<Load> {
  const path = await compileLoad();
  const { host, port, firstSource, sourcesEach = 4, processes, inFlight, namespace } = options;
  const children = Array.from({ length: processes }, (_, i) => {
    const each = Math.max(1, Math.floor(inFlight / processes));
    const args = [host, port, addressAfter(firstSource, i * sourcesEach), sourcesEach, each].map(String);
    return namespace === undefined
      ? worker(path, args)
      : worker('ip', ['netns', 'exec', namespace, path, ...args]);
  });
  const tell = async (line: (share: (whole: number) => number) => string): Promise<Outcome> => {
    const answers = await Promise.all(
      children.map((child, i) => child.ask(line((whole) => shareOf(whole, processes, i)))),
    );
    return merge(answers);
  };
  return {
    open: (count) => tell((share) => `open ${share(count)}`),
    echo: () => tell(() => 'echo'),
    rate: (perSecond, seconds) => tell(() => `rate ${perSecond / processes} ${seconds}`),
    bytes: (sessions, seconds) => tell((share) => `bytes ${share(sessions)} ${seconds}`),
    udp: (clients, replies) => tell((share) => `udp ${share(clients)} ${replies}`),
    alive: () => tell(() => 'alive'),
    close: () => tell(() => 'close'),
    end: () => {
      for (const child of children) child.end();
    },
  };
}

/** The `q` quantile (0 to 1) of sorted values; NaN of none. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

function worker(file: string, args: string[]) {
  const child: ChildProcess = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) =>
      waiting.shift()?.resolve(JSON.parse(line) as Answer),
    );
  const gone = (what: string) => {
    for (const one of waiting.splice(0)) one.reject(new Error(`the load generator ended: ${what}`));
  };
  child.once('exit', (code, signal) => gone(String(signal ?? code)));
  child.once('error', (error) => gone(error.message));
  return {
    ask: (line: string) =>
      new Promise<Answer>((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin?.write(`${line}\n`);
      }),
    end: () => void child.kill('SIGKILL'),
  };
}

function merge(answers: readonly Answer[]): Outcome {
  const sum = (pick: (answer: Answer) => number) => answers.reduce((total, one) => total + pick(one), 0);
  const samples = (offset: number) =>
    answers
      .flatMap((one) => one.samples.filter((_, i) => i % 2 === offset))
      .map((us) => us / 1000)
      .sort((a, b) => a - b);
  return {
    done: sum(({ done }) => done),
    failed: sum(({ failed }) => failed),
    alive: sum(({ alive }) => alive),
    seconds: Math.max(...answers.map(({ seconds }) => seconds)),
    bytes: sum(({ bytes }) => bytes),
    connectMs: samples(0),
    echoMs: samples(1),
  };
}

function shareOf(whole: number, parts: number, index: number): number {
  return Math.floor(((index + 1) * whole) / parts) - Math.floor((index * whole) / parts);
}

function addressAfter(address: string, offset: number): string {
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
