/** The counters of stations at rest: what a station said last, so that a new agent counts on from there. */

import type { RegionBytes, StationCounter } from '../lib/history/counters.ts';
import { emptyEntry, type FrameReader, packFrame } from '../lib/history/frame.ts';
import type { SqliteClient } from './open.ts';

const SAVE = `INSERT INTO station_counters
    (station, epoch, process_start_seconds, uploaded_bytes, downloaded_bytes, regions)
  VALUES (@station, @epoch, @processStartSeconds, @uploadedBytes, @downloadedBytes, @regions)
  ON CONFLICT DO UPDATE SET epoch = excluded.epoch, process_start_seconds = excluded.process_start_seconds,
    uploaded_bytes = excluded.uploaded_bytes, downloaded_bytes = excluded.downloaded_bytes,
    regions = excluded.regions`;
const ALL = `SELECT station, epoch, process_start_seconds AS processStartSeconds,
  uploaded_bytes AS uploadedBytes, downloaded_bytes AS downloadedBytes, regions FROM station_counters`;

type Stored = Omit<StationCounter, 'regions'> & { regions: Buffer | null };

export function openStationCounters(client: SqliteClient) {
  const save = client.prepare(SAVE);
  const all = client.prepare<[], Stored>(ALL);
  return {
    save(counter: StationCounter): void {
      save.run({ ...counter, regions: counter.regions === null ? null : packRegions(counter.regions) });
    },
    all(reader: FrameReader): StationCounter[] {
      return all.all().map((stored) => ({
        ...stored,
        regions: stored.regions === null ? null : readRegions(reader, stored.regions),
      }));
    },
  };
}

function packRegions(regions: readonly RegionBytes[]): Buffer {
  return packFrame({ seconds: 0, entries: regions.map((region) => ({ ...emptyEntry(0), ...region })) });
}

function readRegions(reader: FrameReader, packed: Buffer): RegionBytes[] {
  const regions: RegionBytes[] = [];
  reader.read(packed, ({ key, uploadedBytes, downloadedBytes }) =>
    regions.push({ key, uploadedBytes, downloadedBytes }),
  );
  return regions;
}
