/** Services under systemd: units rendered from templates/, their environment in files beside ours. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { readIfThere } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';
import { run } from '../host/run.ts';
import type { Layout } from './layout.ts';
import { noteInManifest, withEntry } from './manifest.ts';
import { mismatch } from './process-state.ts';
import type { ServiceManager } from './service-manager.ts';
import { envFileOf, renderEnvFile, renderUnit, type ServiceName, type ServiceSpec } from './services.ts';

const CHANGE_TIMEOUT_MS = 120_000;

export function createSystemd(layout: Layout, templatesDir: string): ServiceManager {
  const unitOf = (name: ServiceName) => (name === 'dockerd' ? 'docker.service' : `conduit-${name}.service`);
  const fileOf = (name: ServiceName) => `${layout.unitDir}/${unitOf(name)}`;
  const systemctl = (...args: string[]) => run('systemctl', args, { timeoutMs: CHANGE_TIMEOUT_MS });

  async function unitText(spec: ServiceSpec): Promise<string> {
    return renderUnit(await readFile(`${templatesDir}/${unitOf(spec.name)}`, 'utf8'), spec, layout);
  }

  async function pidOf(name: ServiceName): Promise<number | null> {
    const { stdout } = await systemctl('show', '--property=MainPID', '--value', unitOf(name));
    const pid = Number(stdout.trim());
    return pid > 0 ? pid : null;
  }

  return {
    kind: 'systemd',
    pidOf,
    async check(spec) {
      if ((await readIfThere(fileOf(spec.name))) !== (await unitText(spec)))
        return 'its unit is not the current one';
      if ((await readIfThere(envFileOf(layout, spec.name))) !== renderEnvFile(spec.env))
        return 'its environment is not the current one';
      // 1: disabled.
      const enabled = await run('systemctl', ['is-enabled', '--quiet', unitOf(spec.name)], {
        okExitCodes: [1],
      });
      if (enabled.exitCode !== 0) return 'does not start with the machine';
      const pid = await pidOf(spec.name);
      return pid === null ? 'does not run' : mismatch(pid, spec);
    },
    async apply(spec) {
      await mkdir(layout.etcDir, { recursive: true, mode: 0o755 });
      await mkdir(layout.unitDir, { recursive: true, mode: 0o755 });
      await atomicWrite(envFileOf(layout, spec.name), renderEnvFile(spec.env));
      await atomicWrite(fileOf(spec.name), await unitText(spec));
      await noteInManifest(layout.paths.installManifest, ({ files }) => ({
        files: withEntry(files, fileOf(spec.name)),
      }));
      await systemctl('daemon-reload');
      await systemctl('enable', unitOf(spec.name));
      await systemctl('restart', unitOf(spec.name));
    },
    async stop(name) {
      const ran = (await pidOf(name)) !== null;
      // What was stopped on purpose stays stopped over a reboot, until `conduit up`.
      if ((await readIfThere(fileOf(name))) !== null) await systemctl('disable', '--now', unitOf(name));
      return ran;
    },
    async remove(name) {
      await rm(fileOf(name), { force: true });
      await rm(envFileOf(layout, name), { force: true });
      await systemctl('daemon-reload');
    },
    async showLog(name, { lines, follow, signal }) {
      const args = [
        '-u',
        unitOf(name),
        '-n',
        String(lines),
        '-o',
        'cat',
        '--no-pager',
        ...(follow ? ['-f'] : []),
      ];
      await run('journalctl', args, { inherit: 'only', signal, timeoutMs: 0 });
    },
  };
}
