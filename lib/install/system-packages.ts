/** Looks for the programs we need, and installs the packages that bring the missing ones. */
import { accessSync, constants, existsSync } from 'node:fs';
import { parseNginxBuild } from '../balancer/nginx-install.ts';
import { AppError } from '../contract/errors.ts';
import { run } from '../host/run.ts';
import { hasSystemd } from '../host/systemd.ts';
import { noteInManifest, withEntry } from './manifest.ts';
import {
  type HostPrograms,
  installCommand,
  missingPackages,
  type PackageManager,
  type Purpose,
} from './packages.ts';
import { right, type Step, wrong } from './step.ts';

/** sudo may leave the sbin directories out of PATH, where half of what we need lives. */
const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const INSTALL_TIMEOUT_MS = 15 * 60_000;
const APT_ENV = {
  DEBIAN_FRONTEND: 'noninteractive',
  APT_LISTCHANGES_FRONTEND: 'none',
  NEEDRESTART_MODE: 'l',
};

/** @param purposes what the installation is for; `manifestPath` null keeps no record (tests of the checkout) */
export function packagesStep(purposes: readonly Purpose[], manifestPath: string | null): Step {
  return {
    title: 'System packages',
    remedy: 'Check the network and the package sources (`apt-get update`), then run this again.',
    async check() {
      const missing = missingPackages(await readHost(), purposes, findManager() ?? 'apt');
      return missing.length === 0
        ? right()
        : wrong(`missing: ${missing.map(({ name, why }) => `${name} (${why})`).join(', ')}`);
    },
    async apply(say) {
      const manager = requireManager();
      if (manager === 'dnf') say('This way of installing packages (dnf) has not been tested.');
      if (manager === 'apt') {
        say('apt-get update');
        await run('apt-get', ['update', '-qq'], { timeoutMs: INSTALL_TIMEOUT_MS, env: APT_ENV });
      }
      // Twice: what one package brings decides whether another is needed.
      for (let round = 0; round < 2; round++) {
        const names = missingPackages(await readHost(), purposes, manager).map(({ name }) => name);
        if (names.length > 0) await install(manager, names, manifestPath, say);
      }
    },
  };
}

async function install(
  manager: PackageManager,
  names: readonly string[],
  manifestPath: string | null,
  say: (text: string) => void,
): Promise<void> {
  const { file, args } = installCommand(manager, names);
  say([file, ...args].join(' '));
  await run(file, args, { timeoutMs: INSTALL_TIMEOUT_MS, env: APT_ENV });
  if (manifestPath !== null)
    await noteInManifest(manifestPath, ({ packages }) => ({ packages: names.reduce(withEntry, packages) }));
  if (names.includes('nginx')) await silenceFreshNginx(say);
}

/** Packages are removed only when asked for, and only those that we brought. */
export async function removePackages(names: readonly string[]): Promise<void> {
  const manager = requireManager();
  const args = manager === 'apt' ? ['purge', '-y', '-qq', ...names] : ['remove', '-y', '-q', ...names];
  await run(manager === 'apt' ? 'apt-get' : 'dnf', args, { timeoutMs: INSTALL_TIMEOUT_MS, env: APT_ENV });
}

function hasCommand(name: string): boolean {
  return DIRECTORIES.some((directory) => {
    try {
      accessSync(`${directory}/${name}`, constants.X_OK);
      return true;
    } catch {
      return false; // not there, or not a program: that is the answer
    }
  });
}

/** The package starts nginx with a welcome page on the public port 80; the balancer starts it again, without. */
async function silenceFreshNginx(say: (text: string) => void): Promise<void> {
  say('nginx is stopped until the balancer needs it: its package serves a page on port 80');
  if (hasSystemd()) await run('systemctl', ['disable', '--now', 'nginx']);
  // 1: it was not running.
  else await run('nginx', ['-s', 'quit'], { okExitCodes: [1] });
}

async function readHost(): Promise<HostPrograms> {
  return { hasCommand, hasFile: existsSync, nginxHasStream: await nginxHasStream() };
}

async function nginxHasStream(): Promise<boolean> {
  if (!hasCommand('nginx')) return false;
  const { stderr, stdout } = await run('nginx', ['-V'], { timeoutMs: 10_000 });
  const build = parseNginxBuild(stderr + stdout);
  return build.stream === 'built-in' || existsSync(`${build.modulesPath}/ngx_stream_module.so`);
}

function findManager(): PackageManager | null {
  if (hasCommand('apt-get')) return 'apt';
  return hasCommand('dnf') ? 'dnf' : null;
}

function requireManager(): PackageManager {
  const manager = findManager();
  if (manager !== null) return manager;
  throw new AppError('host_unsupported', {
    message: 'This system has neither apt-get nor dnf.',
    remedy: 'Install the packages named above by hand, then run this again.',
  });
}
