import { join } from 'node:path';

/** Where it all lies; a test names a throw-away root. */
export interface TuningPlace {
  /** /proc/sys */
  procSys: string;
  /** /etc */
  etcDir: string;
  /** /run: whether systemd runs, and the process ids of services. */
  runDir: string;
  recordPath: string;
}

export const sysctlPath = (place: TuningPlace) => join(place.etcDir, 'sysctl.d/99-zz-conduit.conf');
export const modulesPath = (place: TuningPlace) => join(place.etcDir, 'modules-load.d/conduit.conf');
