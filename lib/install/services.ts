/** The services of an installation as data, and the files that describe them. Pure. */
import { kernelTable } from '../tracker/kernel-sets.ts';
import type { Layout } from './layout.ts';

export type ServiceName = 'agent' | 'panel' | 'dockerd';

export interface ServiceSpec {
  name: ServiceName;
  title: string;
  command: readonly string[];
  /** Working directory; through the `current` link, so that a process tells which release it runs. */
  directory: string;
  env: Readonly<Record<string, string>>;
  /** Null for root. */
  account: string | null;
  stopSeconds: number;
  /** Runs each time the process has ended, however it did; words without spaces. Null for nothing. */
  afterEnd: readonly string[] | null;
}

export interface ServiceSettings {
  /** The panel's port on 127.0.0.1. */
  port: number;
}

export const DEFAULT_PANEL_PORT = 3000;
/**
 * Small rather than fast, on a server whose memory belongs to the stations: young objects are collected early (most of
 * what a tick makes is gone at the next), code is kept compact, one helper thread does.
 */
export const AGENT_NODE = [
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--v8-pool-size=1',
  '--no-maglev',
] as const;
/** No compiler at all: a page is drawn in the same time without, and the compilers alone would take 8 MB. */
export const PANEL_NODE = [...AGENT_NODE, '--no-opt', '--no-sparkplug'] as const;
/** glibc otherwise keeps a heap of its own for each thread, and what was given back to it for later. */
export const SMALL_MALLOC = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' } as const;

export function agentService(layout: Layout, { port }: ServiceSettings): ServiceSpec {
  return {
    name: 'agent',
    title: 'Agent',
    command: [nodeOf(layout), ...AGENT_NODE, `${layout.current}/dist/agent.mjs`],
    directory: layout.current,
    env: {
      NODE_ENV: 'production',
      ...SMALL_MALLOC,
      CONDUIT_STATE_DIR: layout.paths.stateDir,
      CONDUIT_RUN_DIR: layout.paths.runDir,
      CONDUIT_PREFIX: layout.prefix,
      CONDUIT_PANEL_GROUP: layout.account,
      CONDUIT_PANEL_PORT: String(port),
    },
    account: null,
    stopSeconds: 30,
    // One that was killed leaves the tracker's sets, and the kernel would go on counting clients by address.
    afterEnd: ['/usr/sbin/nft', 'delete', 'table', 'inet', kernelTable(layout.prefix)],
  };
}

export function panelService(layout: Layout, { port }: ServiceSettings): ServiceSpec {
  return {
    name: 'panel',
    title: 'Panel',
    command: [nodeOf(layout), ...PANEL_NODE, `${layout.current}/panel/server.js`],
    directory: `${layout.current}/panel`,
    env: {
      NODE_ENV: 'production',
      ...SMALL_MALLOC,
      NEXT_TELEMETRY_DISABLED: '1',
      HOSTNAME: '127.0.0.1',
      PORT: String(port),
      CONDUIT_RUN_DIR: layout.paths.runDir,
      CONDUIT_PANEL_SECRET_FILE: layout.paths.panelSecret,
    },
    account: layout.account,
    stopSeconds: 10,
    afterEnd: null,
  };
}

/** Docker's engine, only where neither systemd nor anybody else starts it. */
export function dockerdService(): ServiceSpec {
  return {
    name: 'dockerd',
    title: 'Docker engine',
    command: ['dockerd', '--log-level', 'warn'],
    directory: '/',
    env: {},
    account: null,
    stopSeconds: 60,
    afterEnd: null,
  };
}

function nodeOf(layout: Layout): string {
  return `${layout.current}/node/bin/node`;
}

export function envFileOf(layout: Layout, service: ServiceName): string {
  return `${layout.etcDir}/${service}.env`;
}

const SAFE_VALUE = /^[A-Za-z0-9_./:,@-]*$/;

/** `KEY=value` lines that systemd and sh read alike. @throws Error for a value one of them would change */
export function renderEnvFile(env: Readonly<Record<string, string>>): string {
  const lines = Object.entries(env).map(([key, value]) => {
    if (!SAFE_VALUE.test(value)) throw new Error(`${key} may not hold ${JSON.stringify(value)}`);
    return `${key}=${value}`;
  });
  return `# Written by \`conduit up\`; changes are replaced the next time it runs.\n${lines.join('\n')}\n`;
}

export function parseEnvFile(text: string): Record<string, string> {
  const entries = text.split('\n').flatMap((line) => {
    const match = /^([A-Z_]+)=(.*)$/.exec(line);
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
  });
  return Object.fromEntries(entries);
}

/** Fills a template of templates/*.service. @throws Error when the template asks for what nothing provides */
export function renderUnit(template: string, spec: ServiceSpec, layout: Layout): string {
  const values: Record<string, string> = {
    command: spec.command.join(' '),
    directory: spec.directory,
    envFile: envFileOf(layout, spec.name),
    account: spec.account ?? 'root',
    stateDir: layout.paths.stateDir,
    stopSeconds: String(spec.stopSeconds),
    ...(spec.afterEnd === null ? {} : { afterEnd: spec.afterEnd.join(' ') }),
  };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`templates/conduit-${spec.name}.service asks for {{${name}}}`);
    return value;
  });
}

/** The arguments of templates/supervise.sh for a service. */
export function supervisorArguments(spec: ServiceSpec, layout: Layout): string[] {
  return [
    spec.name,
    layout.paths.runDir,
    `${layout.logDir}/${spec.name}.log`,
    spec.directory,
    Object.keys(spec.env).length === 0 ? '-' : envFileOf(layout, spec.name),
    spec.account ?? '-',
    String(spec.stopSeconds),
    spec.afterEnd?.join(' ') ?? '-',
    ...spec.command,
  ];
}
