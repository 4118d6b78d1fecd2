/**
 * Where an installation puts things on the host. Everything below one root, so that an installation can be tried
 * in a directory; the root of a real one is empty.
 */
import { DEFAULT_PREFIX, DEFAULT_RUN_DIR, DEFAULT_STATE_DIR, type Paths, pathsFor } from '../host/paths.ts';

export interface Layout {
  prefix: string;
  paths: Paths;
  /** Environment files of agent and panel. */
  etcDir: string;
  logDir: string;
  releasesDir: string;
  /** Symbolic link to the release in use. */
  current: string;
  /** The installed command. */
  command: string;
  unitDir: string;
  /** Account and group of the panel. */
  account: string;
  /** False for an installation in a directory of its own: systemd is left alone. */
  system: boolean;
}

export interface LayoutOptions {
  root?: string | undefined;
  stateDir?: string | undefined;
  runDir?: string | undefined;
  prefix?: string | undefined;
}

export function layoutFor(options: LayoutOptions): Layout {
  const root = options.root ?? '';
  const libDir = `${root}/usr/local/lib/conduit`;
  return {
    prefix: options.prefix ?? DEFAULT_PREFIX,
    paths: pathsFor(
      options.stateDir ?? `${root}${DEFAULT_STATE_DIR}`,
      options.runDir ?? `${root}${DEFAULT_RUN_DIR}`,
    ),
    etcDir: `${root}/etc/conduit`,
    logDir: `${root}/var/log/conduit`,
    releasesDir: `${libDir}/releases`,
    current: `${libDir}/current`,
    command: `${root}/usr/local/bin/conduit`,
    unitDir: `${root}/etc/systemd/system`,
    account: 'conduit',
    system: root === '',
  };
}
