/** Every key there is on this server, of running stations and of volumes that nobody uses. Secrets: they go into an archive or a claim, nowhere else. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ifAbsent } from '../../lib/host/absent.ts';
import { inspectKey, KEY_FILE } from '../../lib/stations/station-key.ts';
import type { FleetService } from '../fleet/service.ts';

export interface StationKey {
  station: number;
  volume: string;
  proxyId: string;
  fingerprint: string;
  /** The file's text. */
  content: string;
}

/** Sound keys, by station number; what is damaged is no use in an archive. */
export async function readKeys(fleet: Pick<FleetService, 'keyVolumes'>): Promise<StationKey[]> {
  const keys: StationKey[] = [];
  for (const { station, volume, directory } of await fleet.keyVolumes()) {
    const content = await readFile(join(directory, KEY_FILE), 'utf8').catch(ifAbsent(null));
    const found = inspectKey(content);
    if (content !== null && found.state === 'sound')
      keys.push({ station, volume, proxyId: found.proxyId, fingerprint: found.fingerprint, content });
  }
  return keys.sort((a, b) => a.station - b.station);
}
