/** A fleet that serves the whole world at once: the most that history is made for, the same in every run. */

import { runtime } from '../agent/live/fixtures.ts';
import { type JudgedStation, judgeStations } from '../agent/live/snapshot.ts';
import { createTrack, followRuntime, takeReading } from '../agent/live/station-track.ts';
import type { TrackerWindow } from '../agent/tracker/service.ts';
import { countryKey } from '../lib/history/country-key.ts';
import { type Entry, emptyEntry, FLEET_KEY, type Frame } from '../lib/history/frame.ts';
import { STATIONS } from './fleet.ts';

/** Two hundred codes; the first have most of the users, as it is in life. */
export const COUNTRIES: readonly string[] = [
  'IR',
  ...Array.from({ length: 199 }, (_, i) => String.fromCharCode(74 + Math.floor(i / 20), 65 + (i % 20))),
];

const FLEET_USERS = 30_000;
const UP_PER_USER = 2000;
const DOWN_PER_USER = 20_000;
const WEIGHTS = COUNTRIES.map((_, i) => 1 / (i + 1));
const WEIGHT = WEIGHTS.reduce((sum, one) => sum + one, 0);

/** Between 0.5 and 1.5, different for each moment and series, and the same in every run. */
function wobble(at: number, series: number): number {
  const x = Math.sin(at * 12.9898 + series * 78.233) * 43_758.5453;
  return 0.5 + (x - Math.floor(x));
}

function entryOf(key: number, users: number, at: number, width: number): Entry {
  const connected = users * wobble(at, key);
  return {
    ...emptyEntry(key),
    seconds: width,
    connectedSeconds: Math.round(connected * width),
    connectedMax: Math.ceil(connected * 1.2),
    connectingSeconds: Math.round(connected * 0.1 * width),
    uploadedBytes: Math.round(connected * UP_PER_USER * width),
    downloadedBytes: Math.round(connected * DOWN_PER_USER * width),
  };
}

export function stationsFrame(at: number, width: number): Frame {
  const entries = Array.from({ length: STATIONS + 1 }, (_, key) => ({
    ...entryOf(key, key === FLEET_KEY ? FLEET_USERS : FLEET_USERS / STATIONS, at, width),
    runningSeconds: key === FLEET_KEY ? width * STATIONS : width,
  }));
  return { source: 'stations', at, seconds: width, entries };
}

/** Every country has at least a user or so. */
function usersOf(rank: number): number {
  return 1 + (FLEET_USERS * (WEIGHTS[rank] ?? 0)) / WEIGHT;
}

export function countriesFrame(at: number, width: number, isTracker: boolean): Frame {
  const entries = COUNTRIES.map((code, rank) => {
    const entry = entryOf(countryKey(code), usersOf(rank), at, width);
    return isTracker ? { ...entry, connectingSeconds: 0, clients: Math.round(usersOf(rank) * 12) } : entry;
  });
  return { source: isTracker ? 'tracker' : 'regions', at, seconds: width, entries };
}

export function trackerWindow(from: number, to: number): TrackerWindow {
  return {
    from,
    to,
    countries: COUNTRIES.map((code, rank) => ({
      code,
      uploadedBytes: Math.round(usersOf(rank) * UP_PER_USER * 10),
      downloadedBytes: Math.round(usersOf(rank) * DOWN_PER_USER * 10),
      active: Math.round(usersOf(rank)),
      clientsToday: Math.round(usersOf(rank) * 12),
    })),
  };
}

const tracks = Array.from({ length: STATIONS }, (_, i) => {
  const one = runtime({ index: i + 1, name: `bench-${i + 1}`, containerId: String(i).padStart(64, 'a') });
  const track = createTrack(one);
  followRuntime(track, one, 0);
  return track;
});

/** All stations, each with clients from every country, `elapsed` seconds after their start. */
export function judgedFleet(elapsed: number): JudgedStation[] {
  const share = 1 / STATIONS;
  for (const track of tracks) {
    const regions = COUNTRIES.map((code, rank) => ({
      code,
      scope: 'common' as const,
      connected: Math.round(usersOf(rank) * share),
      connecting: 0,
      uploadedBytes: Math.round(usersOf(rank) * share * UP_PER_USER * (elapsed + 1)),
      downloadedBytes: Math.round(usersOf(rank) * share * DOWN_PER_USER * (elapsed + 1)),
    }));
    const sum = (key: 'connected' | 'uploadedBytes' | 'downloadedBytes') =>
      regions.reduce((total, region) => total + region[key], 0);
    const reading = {
      source: 'metrics' as const,
      connected: sum('connected'),
      connecting: 0,
      announcing: 1,
      live: true,
      uploadedBytes: sum('uploadedBytes'),
      downloadedBytes: sum('downloadedBytes'),
      processStartSeconds: 1000,
      regions,
    };
    takeReading(track, reading, elapsed * 1000, elapsed * 1000);
  }
  return judgeStations(tracks, elapsed * 1000, new Map());
}
