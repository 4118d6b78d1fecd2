/** Which volume each station lives on: its own name's, unless a station of an older manager was taken over with its volume. */
import * as z from 'zod';
import { findSetting, saveSetting } from '../../db/settings.ts';
import { FLEET_LABEL, looksLikeVolume, stationOfName, volumeName } from '../../lib/fleet/names.ts';
import type { CoreDeps } from '../deps.ts';
import type { KeyVolume } from './service.ts';

const KEY = 'station-volumes';
/** Station number → volume. */
const schema = z.record(z.string().regex(/^\d{1,5}$/), z.string());

export interface StationVolumes {
  of(station: number): string;
  /** The station that lives on a volume; null for one that is nobody's. */
  stationOn(volume: string): number | null;
  /** Puts stations on volumes that have other names; replaces what was said before. */
  assign(volumes: Readonly<Record<string, string>>): void;
}

export function createStationVolumes({ db, env, now }: Pick<CoreDeps, 'db' | 'env' | 'now'>): StationVolumes {
  let assigned = findSetting(db, KEY, schema) ?? {};

  const of = (station: number) => assigned[String(station)] ?? volumeName(env.prefix, station);
  return {
    of,
    stationOn(volume) {
      const taken = Object.entries(assigned).find(([, name]) => name === volume);
      if (taken !== undefined) return Number(taken[0]);
      const station = stationOfName(`${env.prefix}-data`, volume);
      // The station of that name may live elsewhere.
      return station !== null && of(station) === volume ? station : null;
    },
    assign(volumes) {
      assigned = schema.parse(volumes);
      saveSetting(db, KEY, assigned, now());
    },
  };
}

/** Every volume that may hold a station's key: those stations live on, and those that look as if one had. */
export async function listKeyVolumes(
  { docker, env }: Pick<CoreDeps, 'docker' | 'env'>,
  volumes: StationVolumes,
): Promise<KeyVolume[]> {
  return (await docker.listVolumes()).flatMap(({ name, mountpoint, labels }) => {
    const station = volumes.stationOn(name);
    const isOurs =
      station !== null || labels[FLEET_LABEL] === env.prefix || looksLikeVolume(env.prefix, name);
    return isOurs ? [{ station, volume: name, directory: mountpoint }] : [];
  });
}
