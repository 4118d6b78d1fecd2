import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { AppError } from '../lib/contract/errors.ts';
import type { Cli, Style } from './command.ts';
import type { CliEnv } from './env.ts';

type Terminal = Pick<
  Cli,
  'print' | 'note' | 'progress' | 'finishProgress' | 'ask' | 'askSecret' | 'readStdin' | 'style'
>;

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** The real terminal: results on standard output, everything else on standard error. */
export function createTerminal(env: CliEnv): Terminal {
  let progressShown = false;
  const finishProgress = () => {
    if (progressShown) process.stderr.write('\n');
    progressShown = false;
  };
  const ask = async (question: string, output: Writable) => {
    const reader = createInterface({ input: process.stdin, output, terminal: true });
    try {
      return await reader.question(question);
    } finally {
      reader.close();
    }
  };
  return {
    finishProgress,
    print: (line = '') => {
      finishProgress();
      process.stdout.write(`${line}\n`);
    },
    note: (line) => {
      finishProgress();
      process.stderr.write(`${line}\n`);
    },
    progress: (line) => {
      if (process.stderr.isTTY !== true) {
        process.stderr.write(`${line}\n`);
        return;
      }
      // Some terminals say they have no columns at all.
      const width = process.stderr.columns || 80;
      process.stderr.write(`\r\u001b[2K${line.slice(0, width - 1)}`);
      progressShown = true;
    },
    async ask(question) {
      requireTerminal();
      return ask(question, process.stderr);
    },
    async askSecret(question) {
      requireTerminal();
      process.stderr.write(question);
      const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
      const answer = await ask('', silent);
      process.stderr.write('\n');
      return answer;
    },
    async readStdin() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks)
        .toString('utf8')
        .replace(/\r?\n$/, '');
    },
    style: styleFor(env.color),
  };
}

/** @throws AppError when nobody can answer a question */
function requireTerminal(): void {
  if (process.stdin.isTTY === true) return;
  throw new AppError('invalid_input', {
    message: 'This asks a question, and there is no terminal to answer on.',
    remedy: 'See --help for the option that answers it.',
  });
}

/** Colours where they are wanted, plain text elsewhere. */
export function styleFor(color: boolean): Style {
  const paint = (code: number) => (text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    bold: paint(CODES.bold),
    dim: paint(CODES.dim),
    red: paint(CODES.red),
    green: paint(CODES.green),
    yellow: paint(CODES.yellow),
    cyan: paint(CODES.cyan),
  };
}
