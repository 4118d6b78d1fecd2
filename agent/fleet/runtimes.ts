/** The stations as the sampler and the balancer need them: what is wanted beside what the engine has. */
import type { DesiredFleet } from '../../lib/contract/fleet.ts';
import { containerName } from '../../lib/fleet/names.ts';
import { readShape } from '../../lib/fleet/station-shape.ts';
import { settingsOf } from '../../lib/fleet/station-spec.ts';
import type { ContainerDetail } from '../../lib/host/docker-types.ts';
import type { StationRuntime } from './service.ts';

export interface RuntimeInput {
  prefix: string;
  desired: DesiredFleet;
  stations: ReadonlyMap<number, ContainerDetail>;
  /** Why a station may not be started. */
  blocked: ReadonlyMap<number, string>;
  dataDir: (station: number) => string | null;
}

const STATES = new Set(['running', 'restarting', 'exited', 'created', 'paused', 'dead']);

/** Every station that is wanted or exists, by number. */
export function buildRuntimes(input: RuntimeInput): StationRuntime[] {
  const count = input.desired.active ? input.desired.settings.count : 0;
  const wanted = Array.from({ length: count }, (_, i) => i + 1);
  const numbers = new Set([...wanted, ...input.stations.keys()]);
  return [...numbers].sort((a, b) => a - b).map((index) => runtimeOf(input, index, index <= count));
}

function runtimeOf(input: RuntimeInput, index: number, wanted: boolean): StationRuntime {
  const found = input.stations.get(index);
  const shape = found === undefined ? null : readShape(found.labels);
  const limits = settingsOf(input.desired, index);
  const override = input.desired.overrides[String(index)] ?? {};
  const { stopped, ...own } = override;
  const isUp = found?.state === 'running' || found?.state === 'restarting' || found?.state === 'paused';
  return {
    index,
    name: containerName(input.prefix, index),
    containerId: found?.id ?? null,
    pid: found?.pid ?? null,
    engineState: engineStateOf(found),
    exitCode: found?.exitCode ?? null,
    startedAtMs: found?.startedAtMs ?? null,
    restarts: found?.restarts ?? 0,
    address: shape?.address ?? null,
    loopbackPort: shape?.loopbackPort ?? null,
    metricsEndpoint: shape?.metricsEndpoint ?? null,
    dataDir: input.dataDir(index),
    dialect: shape?.dialect ?? null,
    maxClients: shape?.maxClients ?? limits.maxClients,
    bandwidthMbps: shape?.bandwidthMbps ?? limits.bandwidthMbps,
    hasOverride: Object.keys(own).length > 0,
    wanted,
    stoppedByOperator: stopped === true,
    blockedReason: isUp ? null : (input.blocked.get(index) ?? null),
  };
}

/** A container that is being removed is as good as gone. */
function engineStateOf(found: ContainerDetail | undefined): StationRuntime['engineState'] {
  return found !== undefined && STATES.has(found.state)
    ? (found.state as StationRuntime['engineState'])
    : 'missing';
}

/** Stations that are being moved to the host's network, one after another, keep their balancer until the last. */
export function needsBalancer(desired: DesiredFleet, runtimes: () => readonly StationRuntime[]): boolean {
  if (!desired.active) return false;
  return (
    desired.settings.networkMode === 'cluster' ||
    runtimes().some(({ address, engineState }) => address !== null && engineState === 'running')
  );
}
