/** For uninstalling: the nginx.conf that stood there before us comes back, byte for byte. */
import { restoreBackupOfOriginal } from './backups.ts';

export interface RestoreOptions {
  configPath: string;
  /** Folder the agent keeps backups in: `<stateDir>/backups/nginx`. */
  backupsDir: string;
}

/**
 * @returns `restored`; `removed` where there was no file before us; `untouched` when we never wrote there, or when
 * what stands there now is not ours. A running nginx is not told: reload, start or stop it afterwards.
 */
export function restoreOriginal({
  configPath,
  backupsDir,
}: RestoreOptions): Promise<'restored' | 'removed' | 'untouched'> {
  return restoreBackupOfOriginal(backupsDir, configPath);
}
