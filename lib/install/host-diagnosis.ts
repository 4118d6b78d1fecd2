/** What can be told of a server whose agent does not answer: the host itself, read by the command and judged as ever. */
import { availableParallelism } from 'node:os';
import type { DoctorReport } from '../contract/doctor.ts';
import { DEFAULT_FLEET_SETTINGS } from '../contract/settings.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import { diagnose } from '../doctor/diagnose.ts';
import { hostProblems } from '../doctor/host-problems.ts';
import { createWayOutProbe, PROBED_ADDRESSES } from '../doctor/probe.ts';
import { readHostFacts } from '../doctor/read.ts';
import { createDocker } from '../host/docker.ts';
import type { Docker } from '../host/docker-types.ts';
import { readDisk, readMemory } from '../host/host-usage.ts';
import { DEFAULT_DOCKER_SOCKET } from '../host/paths.ts';
import type { Layout } from './layout.ts';
import { createServiceManager } from './service-manager.ts';

const ONLY_THE_AGENT = { unknown: 'The agent would know.' };

/**
 * Changes nothing; answers within 5 s.
 * @param docker the engine asked; by default this host's
 */
export async function diagnoseHost(
  layout: Layout,
  docker: Docker = createDocker(DEFAULT_DOCKER_SOCKET),
): Promise<DoctorReport> {
  const at = Date.now();
  const manager = createServiceManager(layout, `${layout.current}/templates`);
  const wayOut = createWayOutProbe(Date.now);
  const host = await readHostFacts({
    docker,
    procSys: '/proc/sys',
    etcDir: '/etc',
    wayOut: (signal) => wayOut({ stations: [], addresses: PROBED_ADDRESSES, reuse: false, signal }),
    ports: [],
  });
  const usage = usageNow(layout);
  const checks = diagnose({
    ...host,
    agent: silence(await manager.pidOf('agent')),
    // Which ports are wanted, and by whom they may be held, stands in the agent's database.
    listeners: ONLY_THE_AGENT,
    firewall: ONLY_THE_AGENT,
    keys: ONLY_THE_AGENT,
    snapshot: ONLY_THE_AGENT,
    host: { value: { host: usage, problems: hostProblems(usage) } },
    tuning: ONLY_THE_AGENT,
    wanted: {
      open: [],
      ports: [],
      loopbackPorts: [],
      addresses: [],
      openFiles: DEFAULT_FLEET_SETTINGS.openFiles,
    },
  });
  return { at, durationMs: Date.now() - at, checks };
}

function usageNow({ paths }: Layout): Snapshot['host'] {
  const memory = readMemory();
  // What is not there yet is on the root's file system.
  const disk = readDisk(paths.stateDir) ?? readDisk('/');
  return {
    cores: availableParallelism(),
    cpuPercent: null,
    memoryUsedBytes: memory.totalBytes - memory.availableBytes,
    memoryTotalBytes: memory.totalBytes,
    diskFreeBytes: disk?.freeBytes ?? null,
    diskTotalBytes: disk?.totalBytes ?? null,
  };
}

/** Why nobody answers, as far as its process tells. */
function silence(pid: number | null): { unknown: string; remedy: string } {
  return pid === null
    ? {
        unknown: 'It does not run. Stations and balancer go on as they are, and nobody looks after them.',
        remedy: '`sudo ./conduit up` starts it; `sudo conduit logs --agent` says why it ended.',
      }
    : {
        unknown: `It runs (process ${pid}) and does not answer on its socket.`,
        remedy:
          '`sudo conduit logs --agent` says what it does; `sudo conduit down`, then `sudo ./conduit up` starts it anew.',
      };
}
