/** What nginx this host has: version, default paths, account of its workers, and where its stream module is. */
import { access, readFile } from 'node:fs/promises';
import { AppError } from '../contract/errors.ts';
import { CommandError, run } from '../host/run.ts';

export interface NginxBuild {
  version: string;
  confPath: string;
  pidPath: string;
  modulesPath: string;
  /** `--user` it was built with. */
  user: string | null;
  stream: 'built-in' | 'module' | 'missing';
}

export interface NginxInstall extends NginxBuild {
  moduleLines: string[];
  workerUser: string;
}

/** Reads the text of `nginx -V`. Pure. */
export function parseNginxBuild(text: string): NginxBuild {
  const argument = (name: string) => new RegExp(`--${name}=(\\S+)`).exec(text)?.[1] ?? null;
  const prefix = argument('prefix') ?? '/usr/local/nginx';
  return {
    version: /nginx version: \S+?\/([\d.]+)/.exec(text)?.[1] ?? 'unknown',
    confPath: argument('conf-path') ?? `${prefix}/conf/nginx.conf`,
    pidPath: argument('pid-path') ?? `${prefix}/logs/nginx.pid`,
    modulesPath: argument('modules-path') ?? `${prefix}/modules`,
    user: argument('user'),
    stream: /--with-stream(?=\s|$)/.test(text)
      ? 'built-in'
      : /--with-stream=dynamic/.test(text)
        ? 'module'
        : 'missing',
  };
}

/** @throws AppError host_unsupported naming the package that is missing */
export async function readNginxInstall(): Promise<NginxInstall> {
  const build = parseNginxBuild(await nginxVersionText());
  return { ...build, moduleLines: await moduleLines(build), workerUser: await workerUser(build.user) };
}

async function nginxVersionText(): Promise<string> {
  try {
    const { stdout, stderr } = await run('nginx', ['-V'], { timeoutMs: 10_000 });
    return stderr + stdout;
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode !== undefined || error.timedOut) throw error;
    throw new AppError('host_unsupported', {
      message: 'nginx is not installed, so there is no balancer.',
      remedy: 'Install it: `apt-get install nginx libnginx-mod-stream` (or run `conduit up` again).',
      cause: error,
    });
  }
}

async function moduleLines(build: NginxBuild): Promise<string[]> {
  if (build.stream === 'built-in') return [];
  const file = `${build.modulesPath}/ngx_stream_module.so`;
  const present = await access(file).then(
    () => true,
    () => false,
  );
  if (present) return [`load_module ${file};`];
  throw new AppError('host_unsupported', {
    message: `This nginx (${build.version}) has no stream module, which the balancer is made of; ${file} does not exist.`,
    remedy:
      'Install it: `apt-get install libnginx-mod-stream` on Debian and Ubuntu, `dnf install nginx-mod-stream` on Fedora.',
  });
}

/** The account packages make for nginx; the name differs from one distribution to the next. */
async function workerUser(builtWith: string | null): Promise<string> {
  const accounts = new Set(
    (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':')[0]),
  );
  const found = [builtWith, 'www-data', 'nginx', 'nobody'].find(
    (name) => name !== null && accounts.has(name),
  );
  if (found !== null && found !== undefined) return found;
  throw new AppError('host_unsupported', {
    message: 'No account for the workers of nginx: neither www-data nor nginx nor nobody exists.',
    remedy: 'Create one: `useradd --system --no-create-home --shell /usr/sbin/nologin www-data`.',
  });
}
