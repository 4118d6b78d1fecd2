/** Docker's engine: left alone where it runs, started where it does not. */
import { AppError } from '../contract/errors.ts';
import { createDocker } from '../host/docker.ts';
import { DEFAULT_DOCKER_SOCKET } from '../host/paths.ts';
import { run } from '../host/run.ts';
import { hasSystemd } from '../host/systemd.ts';
import type { Layout } from './layout.ts';
import { noteInManifest } from './manifest.ts';
import type { ServiceManager } from './service-manager.ts';
import { dockerdService } from './services.ts';
import { right, type Step, wrong } from './step.ts';
import { waitUntil } from './wait-until.ts';

const START_TIMEOUT_MS = 60_000;

/** @param layout null: started without a record of it */
export function engineStep(manager: ServiceManager, layout: Layout | null): Step {
  return {
    title: 'Docker engine',
    remedy: hasSystemd()
      ? 'See why it does not start: journalctl -u docker -n 50'
      : 'See why it does not start: run `dockerd` in a terminal and read its last lines.',
    async check() {
      const version = await engineVersion();
      return version === null ? wrong('does not answer') : right(`${version} answers`);
    },
    async apply(say) {
      if (hasSystemd()) {
        say('systemctl enable --now docker');
        await run('systemctl', ['enable', '--now', 'docker'], { timeoutMs: START_TIMEOUT_MS });
      } else {
        say('There is no systemd here: dockerd is started and kept running by a supervisor of ours');
        await manager.apply(dockerdService());
      }
      if (layout !== null)
        await noteInManifest(layout.paths.installManifest, () => ({
          dockerStarted: hasSystemd() ? 'systemd' : 'supervisor',
        }));
      if (!(await waitUntil(async () => (await engineVersion()) !== null, START_TIMEOUT_MS)))
        throw new Error(`it does not answer ${START_TIMEOUT_MS / 1000} s after it was started`);
    },
  };
}

async function engineVersion(): Promise<string | null> {
  try {
    return (await createDocker(DEFAULT_DOCKER_SOCKET).info()).version;
  } catch (error) {
    if (error instanceof AppError && error.code === 'engine_unavailable') return null;
    throw error;
  }
}
