/** The `conduit` command: a client of the agent for people at a terminal and for scripts. */
import { CommanderError } from 'commander';
import { createClient } from '../lib/client/client.ts';
import { AppError, ERRORS } from '../lib/contract/errors.ts';
import { pathsFor } from '../lib/host/paths.ts';
import { readCliEnv } from './env.ts';
import { buildProgram } from './program.ts';
import { createTerminal } from './terminal.ts';

async function main(): Promise<void> {
  const env = readCliEnv(process.env, process.stdout.isTTY === true);
  const { rootSocket } = pathsFor(env.stateDir, env.runDir);
  const interrupted = new AbortController();
  process.once('SIGINT', () => {
    interrupted.abort();
    // A second Ctrl-C ends whatever did not listen to the first.
    process.once('SIGINT', () => process.exit(130));
  });
  const terminal = createTerminal(env);
  const cli = { ...terminal, env, client: createClient({ socketPath: rootSocket }), signal: interrupted.signal };
  try {
    await buildProgram(cli).parseAsync(process.argv);
  } catch (error) {
    terminal.finishProgress();
    process.exitCode = report(error, (line) => process.stderr.write(`${line}\n`));
  }
}

/** Says what went wrong, field by field, and how to go on. @returns the exit code */
function report(error: unknown, write: (line: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (!(error instanceof AppError)) {
    write(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return ERRORS.internal.exitCode;
  }
  write(`conduit: ${error.message}`);
  for (const { field, message } of error.fields ?? []) write(`  ${field}: ${message}`);
  if (error.remedy !== undefined) write(`  → ${error.remedy}`);
  return ERRORS[error.code].exitCode;
}

void main();
