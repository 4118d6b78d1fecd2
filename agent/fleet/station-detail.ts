/** One station in full, and what it writes. */
import { AppError } from '../../lib/contract/errors.ts';
import type { DesiredFleet, LogLine, StationDetail } from '../../lib/contract/fleet.ts';
import { containerName } from '../../lib/fleet/names.ts';
import { readShape } from '../../lib/fleet/station-shape.ts';
import { settingsOf } from '../../lib/fleet/station-spec.ts';
import { classifyLogLine } from '../../lib/stations/log-line.ts';
import { redactAddresses } from '../../lib/stations/redact.ts';
import type { FleetCore } from './planner.ts';

/** @throws AppError not_found when the station is neither wanted nor there */
export async function stationDetail(
  core: FleetCore,
  desired: DesiredFleet,
  station: number,
): Promise<StationDetail> {
  const found = core.state.stations.get(station);
  requireStation(core, desired, station);
  if (found !== undefined) await lookForNewKey(core, station);
  const shape = found === undefined ? null : readShape(found.labels);
  const settings = settingsOf(desired, station);
  const key = core.keys.report(station);
  const alarm = core.keys.alarms().get(station);
  return {
    index: station,
    name: containerName(core.env.prefix, station),
    containerId: found?.id ?? null,
    image: shape?.image ?? desired.settings.image,
    imageDigest: found?.imageId ?? null,
    dialect: shape?.dialect ?? null,
    command: found?.command ?? [],
    volume: core.volumes.of(station),
    proxyId: key?.proxyId ?? null,
    keyState: key?.state ?? 'unknown',
    createdAt: found?.createdAtMs ?? null,
    settings,
    override: desired.overrides[String(station)] ?? {},
    notes: [
      ...(alarm === undefined ? [] : [`Key alarm: ${alarm}.`]),
      ...(found?.oomKilled === true ? ['It was ended last time because it reached its memory limit.'] : []),
      ...(found?.error ? [`The engine says: ${redactAddresses(found.error)}`] : []),
    ],
  };
}

/** A new station writes its key when it first starts: whoever looks before the next round of the guard sees it, too. */
async function lookForNewKey({ keys, state, log }: FleetCore, station: number): Promise<void> {
  if ((keys.report(station)?.proxyId ?? null) !== null || state.engine().state === 'down') return;
  try {
    await keys.check([station]);
  } catch (error) {
    log.warn({ err: error, station }, 'could not check the key');
  }
}

/** Its log, oldest line first, without addresses. @throws AppError not_found when there is no container */
export async function* stationLogs(
  core: FleetCore,
  station: number,
  options: { tail: number; follow: boolean; signal: AbortSignal },
): AsyncGenerator<LogLine> {
  const found = core.state.stations.get(station);
  if (found === undefined)
    throw new AppError('not_found', { message: `Station ${station} has no container, so it has no log.` });
  for await (const { atMs, stream, text } of core.docker.logs(found.id, options))
    yield { at: atMs, stream, text: redactAddresses(text), kind: classifyLogLine(text) };
}

export function requireStation(core: FleetCore, desired: DesiredFleet, station: number): void {
  const count = desired.active ? desired.settings.count : 0;
  if (station <= count || core.state.stations.has(station)) return;
  throw new AppError('not_found', {
    message: `There is no station ${station}; the fleet has ${count === 0 ? 'none' : `stations 1 to ${count}`}.`,
  });
}
