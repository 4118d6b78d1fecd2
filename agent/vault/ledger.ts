/** Watches the ledger of identities: of stations that run, of keys that wait in their volumes, of volumes that are gone. */
import { deleteStationKey, listStationKeys, recordStationKey } from '../../db/station-keys.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import type { LedgerEntry } from '../../lib/contract/vault.ts';
import { plural } from '../../lib/format/count.ts';
import { type KeyInspection, keyFileStamp, readVolumeKey } from '../../lib/stations/station-key.ts';
import { type JudgedIdentity, judgeLedger } from '../../lib/vault/ledger.ts';
import type { VaultDeps } from './service.ts';

const NOTE_AGAIN_MS = 3_600_000;
/** So many are named one by one. */
const NAMED = 3;

export interface Ledger {
  /** Looks into every volume now. */
  read(): Promise<LedgerEntry[]>;
  /** What the last look found. */
  latest(): readonly JudgedIdentity[];
  /** @throws AppError not_found */
  forget(volume: string): void;
  problems(): Problem[];
}

export function createLedger({ db, fleet, now }: Pick<VaultDeps, 'db' | 'fleet' | 'now'>): Ledger {
  let latest: JudgedIdentity[] = [];
  const seen = new Map<string, { stamp: string; found: KeyInspection }>();

  /** A file that did not change is not checked again: that costs milliseconds of arithmetic. */
  async function inspect(directory: string): Promise<KeyInspection> {
    const stamp = await keyFileStamp(directory);
    const before = seen.get(directory);
    if (stamp !== null && before?.stamp === stamp) return before.found;
    const found = await readVolumeKey(directory);
    if (stamp === null || found.state !== 'sound') seen.delete(directory);
    else seen.set(directory, { stamp, found });
    return found;
  }

  async function look(): Promise<JudgedIdentity[]> {
    const found = [];
    for (const { station, volume, directory } of await fleet.keyVolumes())
      found.push({ station, volume, found: await inspect(directory) });
    const known = listStationKeys(db);
    const lines = judgeLedger({
      known: [...known.values()],
      found,
      stationOn: (volume) => fleet.stationOn(volume),
      now: now(),
    });
    for (const { volume, proxyId, fingerprint, alarm } of lines) {
      const isDue = now() - (known.get(volume)?.lastSeenAt ?? 0) > NOTE_AGAIN_MS;
      if (alarm === null && fingerprint !== null && isDue)
        recordStationKey(db, { volume, proxyId, fingerprint }, now());
    }
    return lines;
  }

  /** As it was written down, of keys that cannot be looked at. */
  function known(): JudgedIdentity[] {
    return [...listStationKeys(db).values()].map((one) => ({
      ...one,
      station: fleet.stationOn(one.volume),
      fingerprint: null,
      alarm: null,
      twin: false,
    }));
  }

  function isWanted(station: number | null): boolean {
    const { active, settings } = fleet.desired();
    return station !== null && active && station <= settings.count;
  }

  return {
    async read() {
      try {
        latest = await look();
      } catch (error) {
        // Without the engine nobody can look; what was known stays.
        if (!(error instanceof AppError) || error.code !== 'engine_unavailable') throw error;
        if (latest.length === 0) latest = known();
      }
      return latest.map(({ fingerprint: _fingerprint, twin: _twin, ...line }) => ({
        ...line,
        wanted: isWanted(line.station),
      }));
    },
    latest: () => latest,
    forget(volume) {
      if (!listStationKeys(db).has(volume))
        throw new AppError('not_found', {
          message: `The ledger has no volume ${volume}.`,
          remedy: 'See which it has: `sudo conduit vault ledger`.',
        });
      deleteStationKey(db, volume);
    },
    problems() {
      // Of stations that are wanted the fleet tells; a volume of nobody with a copy of a key harms nobody.
      const wrong = latest.filter(
        ({ station, alarm, twin }) => alarm !== null && !isWanted(station) && !(station === null && twin),
      );
      return wrong.length === 0 ? [] : [ledgerProblem(wrong)];
    },
  };
}

function ledgerProblem(wrong: readonly JudgedIdentity[]): Problem {
  const named = wrong.slice(0, NAMED).map(({ volume, alarm }) => `${volume}: ${alarm}.`);
  const more = wrong.length > NAMED ? ` And ${plural(wrong.length - NAMED, 'other')}.` : '';
  return {
    code: 'key-ledger',
    severity: 'warning',
    title:
      wrong.length === 1
        ? 'A key that no running station uses is not what it was'
        : `${plural(wrong.length, 'key')} that no running station uses are not what they were`,
    detail: `${named.join(' ')}${more}`,
    remedy:
      'Bring them back with `sudo conduit restore`, or give the identity up on the Keys page (`sudo conduit vault forget VOLUME`).',
    station: null,
  };
}
