/** From settings and stations to the file and the nginx that shall run: gathers what the host has, then renders. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readHostLimits } from '../../lib/balancer/host-limits.ts';
import { type NginxInstall, readNginxInstall } from '../../lib/balancer/nginx-install.ts';
import type { NginxInstance } from '../../lib/balancer/nginx-process.ts';
import { type Backend, renderNginxConf } from '../../lib/balancer/render.ts';
import { type Sizing, sizeBalancer } from '../../lib/balancer/sizing.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { BalancerServiceOptions } from './service.ts';

export interface Prepared {
  instance: NginxInstance;
  content: string;
  sizing: Sizing;
}

export interface Preparation {
  /** @throws AppError host_unsupported when nginx or its stream module is missing */
  prepare(
    settings: BalancerSettings,
    backends: readonly Backend[],
    errorPort: number | null,
  ): Promise<Prepared>;
  instanceFor(configPath: string): Promise<NginxInstance>;
}

export function createPreparation(options: BalancerServiceOptions): Preparation {
  const templatesDir = options.templatesDir ?? join(options.env.migrationsDir, '../../templates');
  let known: NginxInstall | undefined;
  let systemd: boolean | undefined;

  /** Asked once it is there: `conduit up` may install nginx while the agent runs. */
  async function nginx(): Promise<NginxInstall> {
    known ??= await readNginxInstall();
    return known;
  }

  async function instanceFor(configPath: string): Promise<NginxInstance> {
    const build = await nginx();
    systemd ??= (await readFile('/proc/1/comm', 'utf8')).trim() === 'systemd';
    const hostDefault = configPath === build.confPath;
    const { runDir } = options.paths;
    return {
      configPath,
      hostDefault,
      systemd: hostDefault && systemd,
      // One pid file a path: when the path changes, the old master removes its own as it ends, not the new one's.
      // The host's own nginx also starts at boot before us: nothing of it may lie in our run directory.
      pidFile: hostDefault ? build.pidPath : `${runDir}/nginx-${shortName(configPath)}.pid`,
      emergencyLog: hostDefault ? '/run/nginx-conduit.log' : `${runDir}/nginx-startup.log`,
    };
  }

  return {
    instanceFor,
    async prepare(settings, backends, errorPort) {
      const [build, limits, instance, template] = await Promise.all([
        nginx(),
        readHostLimits(),
        instanceFor(settings.configPath),
        readFile(join(templatesDir, 'nginx.conf'), 'utf8'),
      ]);
      const sizing = sizeBalancer({ targetSessions: settings.targetSessions, ...limits });
      const content = renderNginxConf({
        template,
        backends,
        settings,
        sizing,
        moduleLines: build.moduleLines,
        user: build.workerUser,
        ipv6: limits.ipv6,
        paths: instance,
        errorPort,
        ...(options.stationPorts === undefined ? {} : { stationPorts: options.stationPorts }),
      });
      return { instance, content, sizing };
    },
  };
}

function shortName(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 8);
}
