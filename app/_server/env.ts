/**
 * What the panel takes from its environment. Read when first asked for, never at import: `next build` imports the
 * routes too, on machines that have neither socket nor secret.
 */
import * as z from 'zod';
import { AppError } from '../../lib/contract/errors.ts';

const schema = z.object({
  CONDUIT_RUN_DIR: z.string().startsWith('/', 'must be an absolute path').default('/run/conduit'),
  /** Holds at least 32 bytes; readable by the panel's user, made by `conduit up`. */
  CONDUIT_PANEL_SECRET_FILE: z
    .string()
    .startsWith('/', 'must be an absolute path')
    .default('/var/lib/conduit/panel/secret'),
  /** Hosts the panel answers to, `host` or `host:port`, with commas. Loopback names on any port by default. */
  CONDUIT_PANEL_ORIGINS: z.string().default('localhost,127.0.0.1,[::1]'),
  NODE_ENV: z.string().default('production'),
});

export interface PanelEnv {
  agentSocket: string;
  allowedHosts: string[];
  development: boolean;
  /** Encrypts the session cookie. */
  secret: string;
}

let env: PanelEnv | undefined;

/** @throws AppError host_unsupported naming the variable or file that is wrong */
export function panelEnv(): PanelEnv {
  env ??= readPanelEnv();
  return env;
}

function readPanelEnv(): PanelEnv {
  const set = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(set);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new AppError('host_unsupported', {
      message: `The panel's environment is not valid: ${lines.join('; ')}.`,
    });
  }
  // next-auth otherwise assumes http://localhost:3000. The host is checked in proxy.ts before it gets there.
  process.env.AUTH_TRUST_HOST ??= 'true';
  return {
    agentSocket: `${parsed.data.CONDUIT_RUN_DIR}/agent.sock`,
    allowedHosts: parsed.data.CONDUIT_PANEL_ORIGINS.split(',').map((host) => host.trim().toLowerCase()),
    development: parsed.data.NODE_ENV === 'development',
    secret: readSecret(parsed.data.CONDUIT_PANEL_SECRET_FILE),
  };
}

function readSecret(path: string): string {
  // Through getBuiltinModule: a plain readFileSync of a variable path makes the bundler copy the whole project.
  const { readFileSync } = process.getBuiltinModule('node:fs');
  try {
    const secret = readFileSync(path, 'utf8').trim();
    if (secret.length >= 32) return secret;
  } catch (cause) {
    throw new AppError('host_unsupported', {
      message: `The panel cannot read its secret, ${path}.`,
      remedy: 'Run `sudo ./conduit up` again: it makes the file and gives it to the panel.',
      cause,
    });
  }
  throw new AppError('host_unsupported', {
    message: `The panel's secret, ${path}, is shorter than 32 characters.`,
    remedy: 'Remove the file and run `sudo ./conduit up` again.',
  });
}
