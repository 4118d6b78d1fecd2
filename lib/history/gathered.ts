/** What an open bucket has gathered so far, and the frame it becomes. Pure. */
import { type Entry, emptyEntry, FLEET_KEY, type Frame } from './frame.ts';

/** Sums over milliseconds; rounded to seconds only when the bucket ends. */
export interface Gathered {
  knownMs: number;
  connectedMs: number;
  connectedMax: number;
  connectingMs: number;
  runningMs: number;
  uploadedBytes: number;
  downloadedBytes: number;
}

export function gatheredOf(all: Map<number, Gathered>, key: number): Gathered {
  let gathered = all.get(key);
  if (gathered === undefined) {
    gathered = emptyGathered();
    all.set(key, gathered);
  }
  return gathered;
}

export function emptyGathered(): Gathered {
  return {
    knownMs: 0,
    connectedMs: 0,
    connectedMax: 0,
    connectingMs: 0,
    runningMs: 0,
    uploadedBytes: 0,
    downloadedBytes: 0,
  };
}

export function addBytes(
  gathered: Gathered,
  moved: { uploadedBytes: number; downloadedBytes: number },
): void {
  gathered.uploadedBytes += moved.uploadedBytes;
  gathered.downloadedBytes += moved.downloadedBytes;
}

/** Takes the bytes out of what was gathered and leaves the rest. */
export function movedOnly(all: ReadonlyMap<number, Gathered>): Map<number, Gathered> {
  const moved = new Map<number, Gathered>();
  for (const [key, gathered] of all) {
    const { uploadedBytes, downloadedBytes } = gathered;
    if (uploadedBytes === 0 && downloadedBytes === 0) continue;
    moved.set(key, { ...emptyGathered(), uploadedBytes, downloadedBytes });
    gathered.uploadedBytes = 0;
    gathered.downloadedBytes = 0;
  }
  return moved;
}

export function stationFrame(at: number, fleet: Gathered, stations: ReadonlyMap<number, Gathered>): Frame {
  const total: Entry = {
    ...entryOf(FLEET_KEY, fleet, fleet.knownMs),
    connectedSeconds: 0,
    connectingSeconds: 0,
    runningSeconds: 0,
  };
  const entries = [total];
  for (const [station, gathered] of stations) {
    entries.push(entryOf(station, gathered, gathered.knownMs));
    // Rounded as the stations' own entries are, so that the fleet is exactly their sum.
    total.connectedSeconds += inSeconds(gathered.connectedMs, fleet.knownMs);
    total.connectingSeconds += inSeconds(gathered.connectingMs, fleet.knownMs);
    total.runningSeconds += inSeconds(gathered.runningMs, fleet.knownMs);
    total.uploadedBytes += gathered.uploadedBytes;
    total.downloadedBytes += gathered.downloadedBytes;
  }
  return { source: 'stations', at, seconds: total.seconds, entries };
}

/** No frame while no station reports countries: that is a gap, not an empty world. */
export function regionFrame(at: number, knownMs: number, regions: ReadonlyMap<number, Gathered>): Frame[] {
  if (knownMs === 0 && regions.size === 0) return [];
  const entries = [...regions].map(([key, gathered]) => entryOf(key, gathered, knownMs));
  return [{ source: 'regions', at, seconds: Math.round(knownMs / 1000), entries }];
}

function entryOf(key: number, gathered: Gathered, knownMs: number): Entry {
  return {
    ...emptyEntry(key),
    seconds: Math.round(knownMs / 1000),
    connectedSeconds: inSeconds(gathered.connectedMs, knownMs),
    connectedMax: gathered.connectedMax,
    connectingSeconds: inSeconds(gathered.connectingMs, knownMs),
    runningSeconds: inSeconds(gathered.runningMs, knownMs),
    uploadedBytes: gathered.uploadedBytes,
    downloadedBytes: gathered.downloadedBytes,
  };
}

/** Whole seconds, scaled with the observed time that is itself rounded, so that the average stays right. */
function inSeconds(sumMs: number, knownMs: number): number {
  return knownMs === 0 ? 0 : Math.round((sumMs * Math.round(knownMs / 1000)) / knownMs);
}
