/**
 * Where everything of this product lives on the host, and what its objects are called. One prefix names one
 * installation, so that a test's fleet and the operator's can stand side by side on one machine.
 */
export interface Paths {
  stateDir: string;
  runDir: string;
  database: string;
  backupsDir: string;
  /** Encrypted archives of keys and settings. */
  vaultDir: string;
  /** Passphrase of the scheduled archives; root's alone. */
  vaultPassphrase: string;
  agentSocket: string;
  rootSocket: string;
  /** Secret of the panel's cookies; readable by the panel's group. */
  panelSecret: string;
  installManifest: string;
}

export const DEFAULT_STATE_DIR = '/var/lib/conduit';
export const DEFAULT_RUN_DIR = '/run/conduit';
export const DEFAULT_PREFIX = 'conduit';
export const DEFAULT_DOCKER_SOCKET = '/var/run/docker.sock';

export function pathsFor(stateDir: string, runDir: string): Paths {
  return {
    stateDir,
    runDir,
    database: `${stateDir}/conduit.db`,
    backupsDir: `${stateDir}/backups`,
    vaultDir: `${stateDir}/backups/vault`,
    vaultPassphrase: `${stateDir}/vault-passphrase`,
    agentSocket: `${runDir}/agent.sock`,
    rootSocket: `${runDir}/root.sock`,
    panelSecret: `${stateDir}/panel/secret`,
    installManifest: `${stateDir}/install.json`,
  };
}
