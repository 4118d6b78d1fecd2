/** Limits of services that no kernel parameter holds: open files of Docker and nginx. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TuningRow } from '../contract/tuning.ts';
import { readIfThere } from '../host/absent.ts';
import { hardLimitOf, readEngineOpenFilesLimit } from '../host/engine-limits.ts';
import { run } from '../host/run.ts';
import { hasSystemd } from '../host/systemd.ts';

/** What a station and a worker of the balancer ask for. */
const OPEN_FILES = 65_535;

interface Service {
  unit: string;
  reason: string;
  /** Where it keeps its process id. */
  pidFile: string;
  restart: string;
}

const SERVICES: readonly Service[] = [
  {
    unit: 'docker.service',
    reason: 'Open files a station may ask for: never more than the engine itself may open.',
    pidFile: '/var/run/docker.pid',
    restart: 'holds from the engine’s next start, which restarts every station',
  },
  {
    unit: 'nginx.service',
    reason: 'Open files of a worker of the balancer: each session takes two.',
    pidFile: '/run/nginx.pid',
    restart: 'holds from nginx’s next start, not a reload',
  },
];

/** The drop-in that raises the limit of a unit. */
export function dropInFor(row: Pick<TuningRow, 'key' | 'after'>): { path: string; text: string } {
  const unit = row.key.split(' ')[0] ?? '';
  return {
    path: `systemd/system/${unit}.d/50-conduit.conf`,
    text: `# Written by Conduit Cluster Manager; \`conduit tune --revert\` removes it.\n[Service]\nLimitNOFILE=${row.after}\n`,
  };
}

/** One row a service. @param etcDir where the drop-ins lie */
export async function planLimits(etcDir: string): Promise<TuningRow[]> {
  return Promise.all(SERVICES.map((service) => planService(service, etcDir)));
}

async function planService(service: Service, etcDir: string): Promise<TuningRow> {
  const key = `${service.unit} LimitNOFILE`;
  const base = {
    key,
    kind: 'limit' as const,
    reason: service.reason,
    target: `at least ${OPEN_FILES}`,
    original: null,
    lost: null,
    drift: false,
  };
  const file = await readIfThere(join(etcDir, dropInFor({ key, after: '' }).path));
  const inFile = file === null ? null : (/^LimitNOFILE=(\d+)$/m.exec(file)?.[1] ?? null);
  const boot = inFile === null ? null : { value: inFile, path: null };
  const limit = hasSystemd() ? await limitOfUnit(service.unit) : limitOfProcess(service.pidFile);
  const now = limit === Number.POSITIVE_INFINITY ? 'unlimited' : limit === null ? null : String(limit);
  if (limit === null)
    return { ...base, inFile, boot, now, after: null, state: 'impossible', note: 'it does not run here' };
  if (limit >= OPEN_FILES) {
    const state = limit === OPEN_FILES || inFile !== null ? 'right' : 'kept';
    const note = state === 'kept' ? 'stays: higher than needed' : null;
    return { ...base, inFile, boot, now, after: now, state, note };
  }
  if (!hasSystemd())
    return {
      ...base,
      inFile,
      boot,
      now,
      after: now,
      state: 'impossible',
      note: 'systemd does not run here: whoever starts it sets its limit (ulimit -Hn). Stations and workers are given what there is.',
    };
  const after = String(OPEN_FILES);
  const waits = inFile === after;
  return {
    ...base,
    inFile,
    boot,
    now,
    after,
    state: waits ? 'right' : 'change',
    note: service.restart,
  };
}

async function limitOfUnit(unit: string): Promise<number | null> {
  const { stdout } = await run('systemctl', ['show', unit, '--property=LoadState', '--property=LimitNOFILE']);
  return parseUnitLimit(stdout);
}

/** @returns null when there is no such unit */
export function parseUnitLimit(text: string): number | null {
  if (!/^LoadState=loaded$/m.test(text)) return null;
  const value = /^LimitNOFILE=(\S+)$/m.exec(text)?.[1];
  if (value === undefined) return null;
  return value === 'infinity' ? Number.POSITIVE_INFINITY : Number(value);
}

function limitOfProcess(pidFile: string): number | null {
  if (!existsSync(pidFile)) return null;
  if (pidFile.includes('docker')) return readEngineOpenFilesLimit(pidFile) ?? Number.POSITIVE_INFINITY;
  const pid = readFileSync(pidFile, 'utf8').trim();
  if (!existsSync(`/proc/${pid}/limits`)) return null;
  return hardLimitOf(pid) ?? Number.POSITIVE_INFINITY;
}
