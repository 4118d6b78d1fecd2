/** The key guard: reads the keys in the stations' volumes and holds them against the ledger. Never writes a key. */
import { deleteStationKey, type KnownKey, listStationKeys, recordStationKey } from '../../db/station-keys.ts';
import type { StationDetail } from '../../lib/contract/fleet.ts';
import { volumeName } from '../../lib/fleet/names.ts';
import { compareKey, readVolumeKey } from '../../lib/stations/station-key.ts';
import type { CoreDeps } from '../deps.ts';

export interface KeyReport {
  state: StationDetail['keyState'];
  proxyId: string | null;
  /** Why the station must not be started; null when it may. */
  alarm: string | null;
}

export interface KeyGuard {
  /** Reads the keys of these stations now; a sound one seen for the first time enters the ledger. */
  check(stations: number[]): Promise<Map<number, KeyReport>>;
  /** Alarms of the last check of each station. */
  alarms(): ReadonlyMap<number, string>;
  /** Directory of a station's volume on the host, as far as the last check saw it. */
  dataDir(station: number): string | null;
  /** Stations whose key is not in the ledger yet. */
  unknown(stations: number[]): number[];
  forget(station: number): void;
}

export function createKeyGuard({
  docker,
  db,
  now,
  env,
}: Pick<CoreDeps, 'docker' | 'db' | 'now' | 'env'>): KeyGuard {
  const alarms = new Map<number, string>();
  const mountpoints = new Map<string, string>();

  async function inspect(station: number, known: KnownKey | null): Promise<KeyReport> {
    const directory = mountpoints.get(volumeName(env.prefix, station));
    const found =
      directory === undefined
        ? ({ state: 'missing', reason: 'its volume is gone' } as const)
        : await readVolumeKey(directory);
    const { state, alarm } = compareKey(known, found);
    const proxyId = found.state === 'sound' ? found.proxyId : (known?.proxyId ?? null);
    if (found.state === 'sound' && alarm === null) {
      recordStationKey(
        db,
        { volume: volumeName(env.prefix, station), proxyId: found.proxyId, fingerprint: found.fingerprint },
        now(),
      );
    }
    return { state, proxyId, alarm };
  }

  return {
    async check(stations) {
      for (const volume of await docker.listVolumes()) mountpoints.set(volume.name, volume.mountpoint);
      const ledger = listStationKeys(db);
      const reports = new Map<number, KeyReport>();
      for (const station of stations) {
        const report = await inspect(station, ledger.get(volumeName(env.prefix, station)) ?? null);
        reports.set(station, report);
        if (report.alarm === null) alarms.delete(station);
        else alarms.set(station, report.alarm);
      }
      return reports;
    },
    alarms: () => alarms,
    dataDir: (station) => mountpoints.get(volumeName(env.prefix, station)) ?? null,
    unknown(stations) {
      const ledger = listStationKeys(db);
      return stations.filter((station) => !ledger.has(volumeName(env.prefix, station)));
    },
    forget(station) {
      deleteStationKey(db, volumeName(env.prefix, station));
      alarms.delete(station);
    },
  };
}
