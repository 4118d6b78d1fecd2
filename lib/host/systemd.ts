import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether systemd runs this host, as sd_booted(3) decides it. @param runDir a test's own instead of /run */
export function hasSystemd(runDir = '/run'): boolean {
  return existsSync(join(runDir, 'systemd/system'));
}
