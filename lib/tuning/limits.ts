/** Limits of services that no kernel parameter holds: open files of Docker and nginx. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TuningRow } from '../contract/tuning.ts';
import { readIfThere } from '../host/absent.ts';
import { hardLimitOf, readEngineOpenFilesLimit } from '../host/engine-limits.ts';
import { run } from '../host/run.ts';
import { hasSystemd } from '../host/systemd.ts';
import type { TuningPlace } from './place.ts';

/** What a station and a worker of the balancer ask for. */
const OPEN_FILES = 65_535;

interface Service {
  unit: string;
  reason: string;
  /** Below /run: where it keeps its process id. */
  pidFile: string;
  restart: string;
}

const SERVICES: readonly Service[] = [
  {
    unit: 'docker.service',
    reason: 'Open files a station may ask for: never more than the engine itself may open.',
    pidFile: 'docker.pid',
    restart: 'holds from the engine’s next start, which restarts every station',
  },
  {
    unit: 'nginx.service',
    reason: 'Open files of a worker of the balancer: each session takes two.',
    pidFile: 'nginx.pid',
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

/** One row a service. */
export async function planLimits(place: TuningPlace): Promise<TuningRow[]> {
  return Promise.all(SERVICES.map((service) => planService(service, place)));
}

async function planService(service: Service, { etcDir, runDir }: TuningPlace): Promise<TuningRow> {
  const key = `${service.unit} LimitNOFILE`;
  const file = await readIfThere(join(etcDir, dropInFor({ key, after: '' }).path));
  const inFile = file === null ? null : (/^LimitNOFILE=(\d+)$/m.exec(file)?.[1] ?? null);
  const pidFile = join(runDir, service.pidFile);
  const { inForce, atStart } = hasSystemd(runDir)
    ? await limitsOfUnit(service.unit, pidFile)
    : limitsOfProcess(pidFile);
  const now = words(inForce ?? atStart);
  const base = {
    key,
    kind: 'limit' as const,
    reason: service.reason,
    target: `at least ${OPEN_FILES}`,
    original: null,
    inFile,
    boot: inFile === null ? null : { value: inFile, path: null },
    lost: null,
    drift: false,
    now,
  };
  if (atStart === null) return { ...base, after: null, state: 'impossible', note: 'it does not run here' };
  if (atStart < OPEN_FILES)
    return hasSystemd(runDir)
      ? { ...base, after: String(OPEN_FILES), state: 'change', note: service.restart }
      : {
          ...base,
          after: now,
          state: 'impossible',
          note: 'systemd does not run here: whoever starts it sets its limit (ulimit -Hn). Stations and workers are given what there is.',
        };
  if (inForce !== null && inForce < OPEN_FILES)
    return { ...base, after: words(atStart), state: 'waiting', note: service.restart };
  const isRight = atStart === OPEN_FILES || inFile !== null;
  const note = isRight ? null : 'stays: higher than needed';
  return { ...base, after: now, state: isRight ? 'right' : 'kept', note };
}

/** Null: it does not run, or does not exist. */
interface Limits {
  /** Of the process that runs. */
  inForce: number | null;
  /** Of the next one to be started. */
  atStart: number | null;
}

/** What the unit says holds for the next process; the one that runs has what was said when it was started. */
async function limitsOfUnit(unit: string, pidFile: string): Promise<Limits> {
  const properties = ['LoadState', 'LimitNOFILE', 'MainPID'].map((name) => `--property=${name}`);
  const { stdout } = await run('systemctl', ['show', unit, ...properties]);
  if (!/^LoadState=loaded$/m.test(stdout)) return { inForce: null, atStart: null };
  const limit = /^LimitNOFILE=(\S+)$/m.exec(stdout)?.[1];
  const pid = /^MainPID=([1-9]\d*)$/m.exec(stdout)?.[1] ?? (await readIfThere(pidFile))?.trim();
  return {
    inForce: pid === undefined ? null : limitOf(pid),
    atStart: limit === undefined ? null : number(limit),
  };
}

/** Nothing is known of a next start: it gets what this one got. */
function limitsOfProcess(pidFile: string): Limits {
  if (!existsSync(pidFile)) return { inForce: null, atStart: null };
  const limit = pidFile.endsWith('docker.pid')
    ? (readEngineOpenFilesLimit(pidFile) ?? Number.POSITIVE_INFINITY)
    : limitOf(readFileSync(pidFile, 'utf8').trim());
  return { inForce: limit, atStart: limit };
}

function limitOf(pid: string): number | null {
  return existsSync(`/proc/${pid}/limits`) ? (hardLimitOf(pid) ?? Number.POSITIVE_INFINITY) : null;
}

function number(text: string): number {
  return text === 'infinity' ? Number.POSITIVE_INFINITY : Number(text);
}

function words(limit: number | null): string | null {
  return limit === Number.POSITIVE_INFINITY ? 'unlimited' : limit === null ? null : String(limit);
}
