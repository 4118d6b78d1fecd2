/** The ledger of identities held against what lies in the volumes now. Pure. */
import { compareKey, type KeyInspection } from '../stations/station-key.ts';

export interface KnownIdentity {
  volume: string;
  proxyId: string;
  fingerprint: string;
  firstSeenAt: number;
  lastSeenAt: number;
}

export interface FoundIdentity {
  volume: string;
  /** Null for a volume that no station lives on. */
  station: number | null;
  found: KeyInspection;
}

export interface JudgedIdentity {
  volume: string;
  station: number | null;
  /** The identity it has, or had. */
  proxyId: string;
  /** Of the key that is there now; null when there is no sound one. */
  fingerprint: string | null;
  firstSeenAt: number;
  lastSeenAt: number;
  alarm: string | null;
  /** Whether another volume has the same key. */
  twin: boolean;
}

export interface LedgerInput {
  known: readonly KnownIdentity[];
  found: readonly FoundIdentity[];
  /** Whose volume it was, for one that is gone. */
  stationOn: (volume: string) => number | null;
  now: number;
}

/** One line for each volume that has, or had, an identity; by station, those of nobody last. */
export function judgeLedger({ known, found, stationOn, now }: LedgerInput): JudgedIdentity[] {
  const before = new Map(known.map((one) => [one.volume, one]));
  const there = new Set(found.map(({ volume }) => volume));
  const gone: FoundIdentity[] = known
    .filter(({ volume }) => !there.has(volume))
    .map(({ volume }) => ({
      volume,
      station: stationOn(volume),
      found: { state: 'missing', reason: 'its volume is gone' },
    }));
  const lines = [...found, ...gone].flatMap(({ volume, station, found: key }) => {
    const identity = before.get(volume);
    const proxyId = identity?.proxyId ?? (key.state === 'sound' ? key.proxyId : null);
    if (proxyId === null) return [];
    const isSame = key.state === 'sound' && (identity?.fingerprint ?? key.fingerprint) === key.fingerprint;
    return [
      {
        volume,
        station,
        proxyId,
        fingerprint: key.state === 'sound' ? key.fingerprint : null,
        firstSeenAt: identity?.firstSeenAt ?? now,
        lastSeenAt: isSame ? now : (identity?.lastSeenAt ?? now),
        alarm: compareKey(identity ?? null, key).alarm,
        twin: false,
      },
    ];
  });
  return withTwins(lines.sort(byStation));
}

function byStation(a: JudgedIdentity, b: JudgedIdentity): number {
  const last = Number.POSITIVE_INFINITY;
  return (a.station ?? last) - (b.station ?? last) || (a.volume < b.volume ? -1 : 1) || 0;
}

/** Two stations with one key would cancel each other out: the second is told. */
function withTwins(lines: readonly JudgedIdentity[]): JudgedIdentity[] {
  const owners = new Map<string, JudgedIdentity>();
  return lines.map((line) => {
    if (line.fingerprint === null) return line;
    const owner = owners.get(line.fingerprint);
    if (owner === undefined) owners.set(line.fingerprint, line);
    if (owner === undefined || line.alarm !== null) return line;
    const where = owner.station === null ? owner.volume : `station ${owner.station}`;
    return { ...line, twin: true, alarm: `it has the same key as ${where}` };
  });
}
