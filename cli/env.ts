import { DEFAULT_RUN_DIR, DEFAULT_STATE_DIR } from '../lib/host/paths.ts';

/** What the command takes from its environment. An empty value counts as unset. */
export interface CliEnv {
  runDir: string;
  stateDir: string;
  /** False where NO_COLOR asks for it (no-color.org) or the output is no terminal. */
  color: boolean;
  isTty: boolean;
}

export function readCliEnv(source: NodeJS.ProcessEnv, isTty: boolean): CliEnv {
  const value = (name: string, fallback: string) => (source[name] === undefined || source[name] === '' ? fallback : source[name]);
  return {
    runDir: value('CONDUIT_RUN_DIR', DEFAULT_RUN_DIR),
    stateDir: value('CONDUIT_STATE_DIR', DEFAULT_STATE_DIR),
    color: isTty && value('NO_COLOR', '') === '' && source.TERM !== 'dumb',
    isTty,
  };
}
