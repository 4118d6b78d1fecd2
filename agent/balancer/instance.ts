/** Which nginx the settings mean, and the configuration it should have. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readHostLimits } from '../../lib/balancer/host-limits.ts';
import { type NginxInstall, readNginxInstall } from '../../lib/balancer/nginx-install.ts';
import type { NginxInstance } from '../../lib/balancer/nginx-process.ts';
import { type Backend, renderNginxConf } from '../../lib/balancer/render.ts';
import { type Sizing, sizeBalancer } from '../../lib/balancer/sizing.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { Paths } from '../../lib/host/paths.ts';
import { hasSystemd } from '../../lib/host/systemd.ts';

export interface Wanted {
  instance: NginxInstance;
  content: string;
  sizing: Sizing;
}

export function backupsDirOf(paths: Paths): string {
  return join(paths.backupsDir, 'nginx');
}

/** @throws AppError host_unsupported when nginx or its stream module is missing */
export async function readWanted(
  paths: Paths,
  settings: BalancerSettings,
  backends: readonly Backend[],
  errorPort: number | null,
): Promise<Wanted> {
  const install = await readNginxInstall();
  const limits = await readHostLimits();
  const sizing = sizeBalancer({
    targetSessions: settings.targetSessions,
    cores: limits.cores,
    openFilesLimit: limits.openFilesLimit,
  });
  const instance = instanceOf(paths, settings.configPath, install);
  const content = renderNginxConf({
    template: readFileSync(templatePath(), 'utf8'),
    backends,
    settings,
    sizing,
    moduleLines: install.moduleLines,
    user: install.workerUser,
    ipv6: limits.ipv6,
    paths: { pidFile: instance.pidFile, emergencyLog: instance.emergencyLog },
    errorPort,
  });
  return { instance, content, sizing };
}

export function instanceOf(
  paths: Paths,
  configPath: string,
  install: Pick<NginxInstall, 'confPath' | 'pidPath'>,
): NginxInstance {
  const hostDefault = configPath === install.confPath;
  return {
    configPath,
    pidFile: hostDefault ? install.pidPath : join(paths.runDir, 'nginx.pid'),
    emergencyLog: join(paths.stateDir, 'nginx-start.log'),
    hostDefault,
    systemd: hostDefault && hasSystemd(),
  };
}

/** Beside the program in a release, and in the source tree alike. */
function templatePath(): string {
  return join(dirname(process.argv[1] ?? '.'), '../templates/nginx.conf');
}
