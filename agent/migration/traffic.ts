/** What the tracker of an older manager had counted: as it is reported, taken over, and shown. */
import { saveLegacyCountries } from '../../db/legacy-countries.ts';
import { listLegacyMonths, listLegacySamples, saveLegacyHistory } from '../../db/legacy-history.ts';
import type { Db } from '../../db/open.ts';
import type { LegacyHistory, V1Traffic } from '../../lib/contract/migration.ts';
import { plural } from '../../lib/format/count.ts';
import { shred } from '../../lib/migration/host-files.ts';
import { findAddressFiles, readTraffic } from '../../lib/migration/traffic-files.ts';
import { TRAFFIC_DIR } from '../../lib/migration/v1-paths.ts';
import type { JobHandle } from '../jobs/runner.ts';
import type { MigrationDeps } from './service.ts';

type Deps = Pick<MigrationDeps, 'env' | 'db' | 'now'>;
/** `uptime_log` has a line a minute; longer without one is a gap. */
const UPTIME_GAP_MS = 5 * 60_000;

/** Null when there is nothing of a tracker. */
export async function reportTraffic({ env, now }: Pick<Deps, 'env' | 'now'>): Promise<V1Traffic | null> {
  const { totals, months, samples, damagedLines } = await readTraffic(env.hostRoot, now());
  const addressFiles = await findAddressFiles(env.hostRoot);
  const nothing = totals === null && samples.length === 0 && months.months.size === 0;
  if (nothing && addressFiles.length === 0) return null;
  const rows = [...(totals?.totals.countries.values() ?? [])];
  return {
    path: totals?.path ?? `/${TRAFFIC_DIR}`,
    countries: rows.length,
    uploadedBytes: rows.reduce((sum, { uploadedBytes }) => sum + uploadedBytes, 0),
    downloadedBytes: rows.reduce((sum, { downloadedBytes }) => sum + downloadedBytes, 0),
    unmapped: totals?.totals.unmapped ?? [],
    mixesKoreas: totals?.totals.mixesKoreas ?? false,
    months: [...months.months.keys()],
    monthsWithout: months.without,
    samples: samples.length,
    damagedLines: (totals?.totals.damagedLines ?? 0) + damagedLines,
    addressFiles,
  };
}

export async function importTraffic({ env, db, now }: Deps, job: JobHandle): Promise<void> {
  const { totals, months, samples, damagedLines } = await readTraffic(env.hostRoot, now());
  const countries = [...(totals?.totals.countries ?? [])].map(([code, total]) => ({
    code,
    ...total,
    at: totals?.changedAtMs ?? 0,
  }));
  saveLegacyCountries(db, countries);
  saveLegacyHistory(
    db,
    [...months.months].flatMap(([month, rows]) => [...rows].map(([code, row]) => ({ month, code, ...row }))),
    samples,
  );
  job.say(
    'traffic',
    `${plural(countries.length, 'country', 'countries')}, ${plural(months.months.size, 'month')} and ${plural(samples.length, 'moment')}, as a source of their own`,
  );
  const damaged = damagedLines + (totals?.totals.damagedLines ?? 0);
  if (damaged > 0)
    job.log(
      'warning',
      `${plural(damaged, 'line')} could not be read and ${damaged === 1 ? 'is' : 'are'} left out`,
    );
  const unmapped = totals?.totals.unmapped ?? [];
  if (unmapped.length > 0)
    job.log('warning', `Names that are no country's, kept as unknown: ${unmapped.join('; ')}`);
}

/** The files with client addresses, which nothing of ours has copied. */
export async function shredAddresses({ env }: Pick<Deps, 'env'>, job: JobHandle): Promise<void> {
  const files = await findAddressFiles(env.hostRoot);
  for (const { path } of files) await shred(path);
  job.say('shred', files.length === 0 ? 'There are none.' : plural(files.length, 'file'));
  if (files.length > 0)
    job.log(
      'info',
      'Overwritten and removed. A disk that moves what it writes may keep copies all the same.',
    );
}

export function readLegacyHistory(db: Db): LegacyHistory {
  return {
    months: listLegacyMonths(db),
    connections: listLegacySamples(db, 'connections').map(({ at, connected, connecting }) => ({
      at,
      connected: connected ?? 0,
      connecting: connecting ?? 0,
    })),
    uptime: turnsOf(
      listLegacySamples(db, 'uptime').map(({ at, running }) => ({ at, running: running ?? 0 })),
    ),
    reports: withDifferences(listLegacySamples(db, 'reports')),
  };
}

/** A week of minutes is mostly the same number: what lies between two equal ones is left out. */
function turnsOf(samples: readonly { at: number; running: number }[]) {
  return samples.filter((sample, index) => {
    const [before, after] = [samples[index - 1], samples[index + 1]];
    const follows = (a: typeof before, b: typeof before) =>
      a !== undefined && b !== undefined && a.running === b.running && b.at - a.at < UPTIME_GAP_MS;
    return !follows(before, sample) || !follows(sample, after);
  });
}

/** A total that fell began anew: nothing is negative. */
function withDifferences(reports: ReturnType<typeof listLegacySamples>): LegacyHistory['reports'] {
  return reports.map(({ at, connected, running, totalBytes }, index) => {
    const before = reports[index - 1]?.totalBytes;
    return {
      at,
      connected: connected ?? 0,
      running: running ?? 0,
      bytes: before == null || totalBytes === null ? null : Math.max(0, totalBytes - before),
    };
  });
}
