/** Services without systemd: one small shell script each (templates/supervise.sh), found again by its pid file. */
import { mkdir, rm, stat } from 'node:fs/promises';
import { atomicWrite } from '../host/atomic-write.ts';
import { run } from '../host/run.ts';
import type { Layout } from './layout.ts';
import { commandLineOf, mismatch, readPid } from './process-state.ts';
import type { ServiceManager } from './service-manager.ts';
import { envFileOf, renderEnvFile, type ServiceName, supervisorArguments } from './services.ts';
import { waitUntil } from './wait-until.ts';

/** Nothing of the operator's own environment reaches a service. */
const CLEAN_ENV = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/',
  'LANG=C.UTF-8',
];

export function createSupervisor(layout: Layout, templatesDir: string): ServiceManager {
  const { runDir } = layout.paths;
  const script = `${templatesDir}/supervise.sh`;
  const logOf = (name: ServiceName) => `${layout.logDir}/${name}.log`;

  /** The supervisor of a service: the pid in its file, when that process is one. */
  async function supervisorOf(name: ServiceName): Promise<number | null> {
    const pid = await readPid(`${runDir}/${name}.supervisor.pid`);
    if (pid === null) return null;
    const words = await commandLineOf(pid);
    return words.some((word) => word.endsWith('/supervise.sh')) && words.includes(name) ? pid : null;
  }

  async function stop(name: ServiceName, seconds: number): Promise<boolean> {
    const pid = await supervisorOf(name);
    if (pid === null) return false;
    process.kill(pid, 'SIGTERM');
    const gone = await waitUntil(async () => (await supervisorOf(name)) === null, (seconds + 10) * 1000);
    if (!gone) throw new Error(`the supervisor of ${name} (process ${pid}) does not end`);
    return true;
  }

  return {
    kind: 'supervisor',
    async pidOf(name) {
      const pid = await readPid(`${runDir}/${name}.pid`);
      return pid !== null && (await commandLineOf(pid)).length > 0 ? pid : null;
    },
    async check(spec) {
      const supervisor = await supervisorOf(spec.name);
      if (supervisor === null) return 'does not run';
      const words = (await commandLineOf(supervisor)).slice(-supervisorArguments(spec, layout).length);
      if (words.join('\0') !== supervisorArguments(spec, layout).join('\0'))
        return 'runs with other arguments';
      const pid = await readPid(`${runDir}/${spec.name}.pid`);
      return pid === null ? 'does not run' : mismatch(pid, spec);
    },
    async apply(spec) {
      await mkdir(runDir, { recursive: true, mode: 0o755 });
      await mkdir(layout.logDir, { recursive: true, mode: 0o750 });
      if (Object.keys(spec.env).length > 0) {
        await mkdir(layout.etcDir, { recursive: true, mode: 0o755 });
        await atomicWrite(envFileOf(layout, spec.name), renderEnvFile(spec.env));
      }
      await stop(spec.name, spec.stopSeconds);
      const clean = spec.name === 'dockerd' ? [] : ['env', '-i', ...CLEAN_ENV];
      await run('setsid', ['-f', ...clean, 'sh', script, ...supervisorArguments(spec, layout)]);
      const up = await waitUntil(async () => {
        const pid = await readPid(`${runDir}/${spec.name}.pid`);
        return pid !== null && (await mismatch(pid, spec)) === null;
      }, 15_000);
      if (!up) throw new Error(`${spec.title} does not stay up; ${logOf(spec.name)} says why`);
    },
    stop: (name) => stop(name, 60),
    async remove(name) {
      await rm(envFileOf(layout, name), { force: true });
      await rm(`${runDir}/${name}.lock`, { force: true });
    },
    async showLog(name, { lines, follow, signal }) {
      await stat(logOf(name));
      const args = ['-n', String(lines), ...(follow ? ['-F'] : []), logOf(name)];
      await run('tail', args, { inherit: 'only', signal, timeoutMs: 0 });
    },
  };
}
