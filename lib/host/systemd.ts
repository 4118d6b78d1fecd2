import { existsSync } from 'node:fs';

/** Whether systemd runs this host, as sd_booted(3) decides it. */
export function hasSystemd(): boolean {
  return existsSync('/run/systemd/system');
}
