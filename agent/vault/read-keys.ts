/** Every key there is on this server, of running stations and of volumes that nobody uses. Secrets: they go into an archive, nowhere else. */
import type { Slot } from '../../lib/contract/vault.ts';
import { inspectKey, readKeyFile, UnusableKeyFile } from '../../lib/stations/station-key.ts';
import type { FleetService } from '../fleet/service.ts';

export interface StationKey {
  station: number | null;
  volume: string;
  proxyId: string;
  fingerprint: string;
  /** The file's text. */
  content: string;
}

export interface KeysThere {
  /** Sound ones, by station. */
  keys: StationKey[];
  /** Key files that are of no use in an archive. */
  damaged: { station: number | null; volume: string; reason: string }[];
}

export async function readKeys(fleet: Pick<FleetService, 'keyVolumes'>): Promise<KeysThere> {
  const there: KeysThere = { keys: [], damaged: [] };
  for (const { station, volume, directory } of await fleet.keyVolumes()) {
    try {
      const content = (await readKeyFile(directory))?.toString('utf8') ?? null;
      if (content === null) continue;
      const found = inspectKey(content);
      if (found.state !== 'sound') there.damaged.push({ station, volume, reason: found.reason });
      else {
        const { proxyId, fingerprint } = found;
        there.keys.push({ station, volume, proxyId, fingerprint, content });
      }
    } catch (error) {
      if (!(error instanceof UnusableKeyFile)) throw error;
      there.damaged.push({ station, volume, reason: error.message });
    }
  }
  const order = ({ station }: { station: number | null }) => station ?? Number.POSITIVE_INFINITY;
  there.keys.sort((a, b) => order(a) - order(b) || (a.volume < b.volume ? -1 : 1) || 0);
  return there;
}

/** What each station's volume holds now. */
export function slotsOf({ keys, damaged }: KeysThere): Slot[] {
  return [...keys, ...damaged.map((one) => ({ ...one, proxyId: null, fingerprint: null }))].flatMap(
    ({ station, proxyId, fingerprint }) => (station === null ? [] : [{ station, proxyId, fingerprint }]),
  );
}
