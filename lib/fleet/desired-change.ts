/** What a change makes of the desired fleet. Pure. */
import { AppError } from '../contract/errors.ts';
import type { DesiredFleet, FleetChange, Overrides } from '../contract/fleet.ts';
import type { StationOverride } from '../contract/settings.ts';

const LAST_PORT = 65_535;

/**
 * Only what is named changes. A station's override is replaced as a whole, or removed by null; whether the operator
 * stopped the station stays as it is unless the change says so.
 * @throws AppError invalid_input when the settings do not fit each other
 */
export function applyChange(desired: DesiredFleet, change: FleetChange): DesiredFleet {
  const given = Object.entries(change.settings ?? {}).filter(([, value]) => value !== undefined);
  const settings = { ...desired.settings, ...Object.fromEntries(given) };
  const overrides: Overrides = { ...desired.overrides };
  for (const [station, value] of Object.entries(change.overrides ?? {})) {
    const stopped = value?.stopped ?? overrides[station]?.stopped;
    const next = compact({ ...value, stopped });
    if (Object.keys(next).length === 0) delete overrides[station];
    else overrides[station] = next;
  }
  const changed = { ...desired, settings, overrides };
  requireRoomForPorts(changed);
  return changed;
}

/** Notes that the operator stopped or started these stations. */
export function withStopped(
  desired: DesiredFleet,
  stations: readonly number[],
  stopped: boolean,
): DesiredFleet {
  const overrides = Object.fromEntries(
    stations.map((station) => [String(station), { ...desired.overrides[String(station)], stopped }]),
  );
  return applyChange(desired, { overrides });
}

/** One sentence for the activity log: `count 3 → 5, maxClients 1000 → 200`. */
export function describeChange(before: DesiredFleet, after: DesiredFleet): string {
  const changed = Object.entries(after.settings).flatMap(([field, value]) => {
    const old = before.settings[field as keyof typeof before.settings];
    return old === value ? [] : [`${field} ${old ?? 'none'} → ${value ?? 'none'}`];
  });
  const stations = new Set([...Object.keys(before.overrides), ...Object.keys(after.overrides)]);
  const overridden = [...stations].filter(
    (station) => JSON.stringify(before.overrides[station]) !== JSON.stringify(after.overrides[station]),
  );
  if (overridden.length > 0)
    changed.push(
      overridden.length > 5
        ? `${overridden.length} stations' own limits`
        : `station ${overridden.join(', ')}`,
    );
  return changed.length === 0 ? 'no setting changed' : changed.join(', ');
}

/** `stopped: false` says nothing, and is left out. */
function compact(
  override: { [K in keyof StationOverride]: StationOverride[K] | undefined },
): StationOverride {
  return Object.fromEntries(
    Object.entries(override).filter(
      ([key, value]) => value !== undefined && !(key === 'stopped' && value === false),
    ),
  );
}

/** Of the two series of ports only one is in use, by the network's mode. */
function requireRoomForPorts({ settings }: DesiredFleet): void {
  if (settings.networkMode === 'cluster' && !settings.loopbackPorts) return;
  const field = settings.networkMode === 'cluster' ? 'loopbackPortBase' : 'metricsPortBase';
  if (settings[field] + settings.count <= LAST_PORT) return;
  const message = `must leave room for ${settings.count} ports above it: at most ${LAST_PORT - settings.count}`;
  throw new AppError('invalid_input', {
    message: `${field} ${message}.`,
    fields: [{ field: `settings.${field}`, message }],
  });
}
