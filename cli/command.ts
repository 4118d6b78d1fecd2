/** What a command is: data that the parser, the help and the docs are made of, and the function that runs it. */
import type { Client } from '../lib/client/client.ts';
import type { Layout } from '../lib/install/layout.ts';
import type { CliEnv } from './env.ts';

/** Everything a command may touch of the world around it. */
export interface Cli {
  env: CliEnv;
  layout: Layout;
  /** Root's socket. */
  client: Client;
  /** Standard output, one call a line. */
  print: (line?: string) => void;
  /** Standard error, for progress and warnings that a script must not read. */
  note: (line: string) => void;
  /** Overwrites the last progress line on a terminal; prints a new line elsewhere. */
  progress: (line: string) => void;
  /** Ends a progress line that is still open. */
  finishProgress: () => void;
  /** Reads a secret from the terminal without showing it. */
  askSecret: (question: string) => Promise<string>;
  ask: (question: string) => Promise<string>;
  readStdin: () => Promise<string>;
  style: Style;
  signal: AbortSignal;
}

export type Style = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>;

export interface Command {
  name: string;
  summary: string;
  /** Shown below the options, such as examples. */
  details?: string;
  /** `<name>` required, `[name]` optional, `[name...]` many. */
  args?: { spec: string; description: string }[];
  options?: { flags: string; description: string }[];
  /** Refuses at once, in words, without root. */
  needsRoot?: boolean;
  run?: (cli: Cli, args: string[], options: Options) => Promise<void>;
  subcommands?: Command[];
}

/** As commander hands them over: true for a bare flag, text for a value. */
export type Options = Record<string, string | boolean | undefined>;
