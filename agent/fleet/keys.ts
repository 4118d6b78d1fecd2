/** The key guard: reads the keys in the stations' volumes and holds them against the ledger. Never writes a key. */
import { deleteStationKey, type KnownKey, listStationKeys, recordStationKey } from '../../db/station-keys.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { StationDetail } from '../../lib/contract/fleet.ts';
import {
  compareKey,
  type KeyInspection,
  keyFileStamp,
  readVolumeKey,
} from '../../lib/stations/station-key.ts';
import type { CoreDeps } from '../deps.ts';
import type { StationVolumes } from './volumes.ts';

/** A sound key's last sight is written down once an hour. */
const NOTE_AGAIN_MS = 3_600_000;

export interface KeyReport {
  state: StationDetail['keyState'];
  proxyId: string | null;
  /** Of a sound key; two stations must never have the same. */
  fingerprint: string | null;
  /** Why the station must not be started; null when it may. */
  alarm: string | null;
}

export interface KeyGuard {
  /** Reads the keys of these stations now; a sound one seen for the first time enters the ledger. */
  check(stations: readonly number[]): Promise<void>;
  /** Reads a station's key now, right before it is started. @throws AppError key_alarm when it must not be */
  require(station: number): Promise<void>;
  /** Reads every key there is now, of stations that do not run and of volumes that are left over too. */
  checkAll(): Promise<{ checked: number; alarms: ReadonlyMap<number, string> }>;
  /** What the last check of a station found. */
  report(station: number): KeyReport | null;
  /** Alarms of the last check of each station. */
  alarms(): ReadonlyMap<number, string>;
  /** The operator gives up the identity this station had. */
  forget(station: number): void;
  /** Directory of a station's volume on the host, as far as the last check saw it. */
  dataDir(station: number): string | null;
}

export function createKeyGuard(
  { docker, db, now }: Pick<CoreDeps, 'docker' | 'db' | 'now'>,
  volumes: StationVolumes,
  onChange: () => void,
): KeyGuard {
  const alarms = new Map<number, string>();
  const reports = new Map<number, KeyReport>();
  const mountpoints = new Map<string, string>();
  const seen = new Map<string, { stamp: string; found: KeyInspection }>();

  /** Checking a key costs milliseconds of arithmetic: a file that did not change is not checked again. */
  async function read(directory: string): Promise<KeyInspection> {
    const stamp = await keyFileStamp(directory);
    const before = seen.get(directory);
    if (before !== undefined && stamp !== null && before.stamp === stamp) return before.found;
    const found = await readVolumeKey(directory);
    if (stamp !== null && found.state === 'sound') seen.set(directory, { stamp, found });
    else seen.delete(directory);
    return found;
  }

  async function inspect(station: number, known: KnownKey | null): Promise<KeyReport> {
    const directory = mountpoints.get(volumes.of(station));
    const found =
      directory === undefined
        ? ({ state: 'missing', reason: 'its volume is gone' } as const)
        : await read(directory);
    const { state, alarm } = compareKey(known, found);
    const proxyId = found.state === 'sound' ? found.proxyId : (known?.proxyId ?? null);
    const isDue = known === null || now() - known.lastSeenAt > NOTE_AGAIN_MS;
    if (found.state === 'sound' && alarm === null && isDue) {
      recordStationKey(
        db,
        { volume: volumes.of(station), proxyId: found.proxyId, fingerprint: found.fingerprint },
        now(),
      );
    }
    return { state, proxyId, fingerprint: found.state === 'sound' ? found.fingerprint : null, alarm };
  }

  /** Where their volumes lie. One alone is asked for by name: listing all takes an engine long, and each start asks. */
  async function locate(stations: readonly number[]): Promise<void> {
    const [first] = stations;
    if (stations.length === 1 && first !== undefined) {
      const name = volumes.of(first);
      const mountpoint = await docker.findVolume(name);
      if (mountpoint === null) mountpoints.delete(name);
      else mountpoints.set(name, mountpoint);
      return;
    }
    const present = await docker.listVolumes();
    mountpoints.clear();
    for (const { name, mountpoint } of present)
      if (volumes.stationOn(name) !== null) mountpoints.set(name, mountpoint);
  }

  async function check(stations: readonly number[]): Promise<void> {
    const before = JSON.stringify([[...alarms], [...mountpoints]]);
    await locate(stations);
    const ledger = listStationKeys(db);
    const owners = new Map<string, number>();
    for (const [station, { fingerprint }] of [...reports].sort(([a], [b]) => a - b))
      if (fingerprint !== null && !stations.includes(station)) owners.set(fingerprint, station);
    for (const station of stations) {
      const report = await inspect(station, ledger.get(volumes.of(station)) ?? null);
      noteTwin(owners, station, report);
      reports.set(station, report);
      if (report.alarm === null) alarms.delete(station);
      else alarms.set(station, report.alarm);
    }
    if (JSON.stringify([[...alarms], [...mountpoints]]) !== before) onChange();
  }

  return {
    check,
    async require(station) {
      await check([station]);
      const alarm = alarms.get(station);
      if (alarm === undefined) return;
      throw new AppError('key_alarm', {
        message: `Not started: ${alarm}.`,
        remedy: 'The problem list says how to put it right.',
      });
    },
    async checkAll() {
      const names = [...(await docker.listVolumes()).map(({ name }) => name), ...listStationKeys(db).keys()];
      const stations = names.map((name) => volumes.stationOn(name));
      const all = [...new Set(stations.filter((station) => station !== null))].sort((a, b) => a - b);
      await check(all);
      return { checked: all.length, alarms };
    },
    report: (station) => reports.get(station) ?? null,
    alarms: () => alarms,
    forget: (station) => deleteStationKey(db, volumes.of(station)),
    dataDir: (station) => mountpoints.get(volumes.of(station)) ?? null,
  };
}

/** Two stations with one key would cancel each other out at Psiphon: the one with the higher number is held back. */
function noteTwin(owners: Map<string, number>, station: number, report: KeyReport): void {
  if (report.fingerprint === null) return;
  const other = owners.get(report.fingerprint);
  // The other may have been read before: which of the two is looked at now makes no difference.
  if (other === undefined || other > station) owners.set(report.fingerprint, station);
  else report.alarm ??= `it has the same key as station ${other}`;
}
