import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LayoutOptions } from '../lib/install/layout.ts';

/** What the command takes from its environment, and where it was started from. An empty value counts as unset. */
export interface CliEnv {
  /** Where the installation lies on the host; unnamed parts are the defaults. */
  layout: LayoutOptions;
  /** The folder above this program: a checkout of the sources, or a release. */
  home: string;
  isCheckout: boolean;
  /** False where NO_COLOR asks for it (no-color.org) or the output is no terminal. */
  color: boolean;
  isTty: boolean;
  isRoot: boolean;
  /** For the tunnel command: who signed in over SSH, and at which address of this server. */
  user: string | null;
  serverAddress: string | null;
}

/** @param home the folder above this program */
export function readCliEnv(source: NodeJS.ProcessEnv, isTty: boolean, home: string): CliEnv {
  const value = (name: string) => (source[name] === '' ? undefined : source[name]);
  return {
    layout: {
      root: value('CONDUIT_INSTALL_ROOT'),
      stateDir: value('CONDUIT_STATE_DIR'),
      runDir: value('CONDUIT_RUN_DIR'),
      prefix: value('CONDUIT_PREFIX'),
    },
    home,
    isCheckout: existsSync(join(home, 'cli/main.ts')),
    color: isTty && value('NO_COLOR') === undefined && source.TERM !== 'dumb',
    isTty,
    isRoot: process.getuid?.() === 0,
    user: value('SUDO_USER') ?? value('USER') ?? null,
    // `<client> <port> <server> <port>`: only the server's own address is taken.
    serverAddress: value('SSH_CONNECTION')?.split(' ')[2] ?? null,
  };
}
