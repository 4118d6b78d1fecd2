/**
 * What `conduit up` does to the host before there is an agent: the steps in their order, each of them idempotent.
 * Called by the CLI only.
 */
import { AppError } from '../contract/errors.ts';
import { accountStep } from './account.ts';
import { existingReleaseStep, releaseStep } from './build.ts';
import { commandStep } from './command-link.ts';
import { directoriesStep } from './directories.ts';
import { engineStep } from './engine.ts';
import { hostNginxRuns } from './host-nginx.ts';
import type { Layout } from './layout.ts';
import { broughtByBootstrap, noteInManifest, readManifest, withEntry } from './manifest.ts';
import { somebodyListens } from './panel-check.ts';
import { createServiceManager, type ServiceManager } from './service-manager.ts';
import { agentService, panelService, type ServiceSpec } from './services.ts';
import { right, type Step, wrong } from './step.ts';
import { packagesStep } from './system-packages.ts';

export interface InstallOptions {
  layout: Layout;
  /** The folder above the running program. */
  home: string;
  isCheckout: boolean;
  simulator: boolean;
  panelPort: number;
}

export function installSteps({ layout, home, isCheckout, simulator, panelPort }: InstallOptions): Step[] {
  // The release brings its own templates; Docker may have to start before there is one.
  const manager = createServiceManager(layout, `${layout.current}/templates`);
  const early = createServiceManager(layout, `${home}/templates`);
  return [
    packagesStep(simulator ? ['run', 'simulator'] : ['run'], layout.paths.installManifest),
    engineStep(early, layout),
    accountStep(layout),
    directoriesStep(layout),
    recordStep(layout, home),
    isCheckout ? releaseStep(layout, home) : existingReleaseStep(layout),
    commandStep(layout),
    serviceStep(manager, agentService(layout, { port: panelPort })),
    panelStep(manager, panelService(layout, { port: panelPort }), panelPort),
  ];
}

/** How the host was before us; written once, before anything of ours can have changed it. */
function recordStep({ paths }: Layout, home: string): Step {
  return {
    title: 'Record of this host',
    remedy: `Is ${paths.installManifest} damaged? Move it away, then run this again.`,
    check: async () =>
      (await readManifest(paths.installManifest)).recorded ? right() : wrong('not written yet'),
    async apply() {
      const nginxRan = await hostNginxRuns();
      const brought = await broughtByBootstrap(home);
      await noteInManifest(paths.installManifest, ({ packages }) => ({
        nginxRan,
        recorded: true,
        packages: brought.reduce(withEntry, packages),
      }));
    },
  };
}

function serviceStep(manager: ServiceManager, spec: ServiceSpec): Step {
  return {
    title: spec.title,
    remedy: `See why: sudo conduit logs --${spec.name}`,
    async check() {
      const why = await manager.check(spec);
      return why === null ? right('already runs') : wrong(why);
    },
    apply: () => manager.apply(spec),
  };
}

function panelStep(manager: ServiceManager, spec: ServiceSpec, port: number): Step {
  const step = serviceStep(manager, spec);
  return {
    ...step,
    async apply(say) {
      await manager.stop('panel');
      if (await somebodyListens(port))
        throw new AppError('port_in_use', {
          message: `Port ${port} on 127.0.0.1 belongs to another program.`,
          remedy: 'Give the panel another one: sudo ./conduit up --port 3001',
        });
      await step.apply(say);
    },
  };
}
