/** Who keeps agent and panel running: systemd where it is PID 1, else supervisors of our own. */
import { hasSystemd } from '../host/systemd.ts';
import type { Layout } from './layout.ts';
import type { ServiceName, ServiceSpec } from './services.ts';
import { createSupervisor } from './supervisor.ts';
import { createSystemd } from './systemd.ts';

export interface ServiceManager {
  kind: 'systemd' | 'supervisor';
  /** Why the service is not as `spec` wants it; null when it is. Looks only. */
  check(spec: ServiceSpec): Promise<string | null>;
  /** Its main process, null when it does not run. */
  pidOf(name: ServiceName): Promise<number | null>;
  /** Writes the service's files and makes it run as `spec` says, restarting it when it runs otherwise. */
  apply(spec: ServiceSpec): Promise<void>;
  /** @returns whether it ran */
  stop(name: ServiceName): Promise<boolean>;
  /** Forgets the service, which is stopped. */
  remove(name: ServiceName): Promise<void>;
  /** Prints the service's log to this process's output; with `follow`, until the signal. */
  showLog(name: ServiceName, options: { lines: number; follow: boolean; signal: AbortSignal }): Promise<void>;
}

/** @param templatesDir where supervise.sh and the units' templates lie */
export function createServiceManager(layout: Layout, templatesDir: string): ServiceManager {
  return layout.system && hasSystemd()
    ? createSystemd(layout, templatesDir)
    : createSupervisor(layout, templatesDir);
}
