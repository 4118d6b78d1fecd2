/** The `conduit` command: a client of the agent for people at a terminal and for scripts. */
import { join } from 'node:path';
import { createClient } from '../lib/client/client.ts';
import { layoutFor } from '../lib/install/layout.ts';
import { readCliEnv } from './env.ts';
import { patientClient } from './patient-client.ts';
import { runCli } from './program.ts';
import { createTerminal } from './terminal.ts';

const env = readCliEnv(process.env, process.stdout.isTTY === true, join(import.meta.dirname, '..'));
const interrupted = new AbortController();
process.once('SIGINT', () => {
  interrupted.abort();
  // A second Ctrl-C ends whatever did not listen to the first.
  process.once('SIGINT', () => process.exit(130));
});
// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
const layout = layoutFor(env.layout);
runCli(process.argv.slice(2), {
  ...createTerminal(env),
  env,
  layout,
  client: patientClient(createClient({ socketPath: layout.paths.rootSocket })),
  signal: interrupted.signal,
}).then((code) => {
  // Kept-alive connections to the agent would hold the process for a while.
  process.exitCode = code;
  process.stdout.write('', () => process.exit(code));
});
