import { AppError } from '../../lib/contract/errors.ts';
import { FILE_POINTS, type HistoryExportRow } from '../../lib/contract/history.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatCount, plural } from '../../lib/format/count.ts';
import { countryName } from '../../lib/format/country.ts';
import { historyCsvHead, historyCsvRow } from '../../lib/format/history-csv.ts';
import type { Cli, Command } from '../command.ts';
import { readRange } from '../range.ts';
import { textTable } from '../text-table.ts';
import { readSource } from './peers.ts';

const BY = ['total', 'station', 'country'] as const;
type By = (typeof BY)[number];
/** Lines people read at a terminal. */
const READABLE_POINTS = 24;

export const history: Command = {
  name: 'history',
  summary: 'users and traffic over a range of time',
  details: [
    'Examples:',
    '  conduit history --range 7d --by country',
    '  conduit history --from 2026-05-01 --to 2026-06-01 --by station --csv > may.csv',
    '',
    'At a terminal each series is summed up over the range, or with --by total shown over time; --csv and --json print',
    `each bucket, as wide as it takes for ${FILE_POINTS} of them at most. Times are UTC. What nobody observed is empty, not zero.`,
  ].join('\n'),
  options: [
    { flags: '--range <span>', description: 'up to now, such as 90m, 24h, 7d, 4w, 1y (24h)' },
    {
      flags: '--from <time>',
      description: 'instead: the beginning, such as 2026-05-31 or 2026-05-31T18:00Z',
    },
    { flags: '--to <time>', description: 'the end (now)' },
    { flags: '--by <series>', description: 'total, station or country (total)' },
    {
      flags: '--source <source>',
      description:
        'whose word on countries: stations or tracker (stations); legacy: all that an older manager left',
    },
    { flags: '--csv', description: 'print each bucket as CSV' },
    { flags: '--json', description: 'print each bucket as JSON, one line each' },
  ],
  async run(cli, _words, options) {
    const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
    const range = readRange(
      'history',
      { range: text('range'), from: text('from'), to: text('to') },
      Date.now(),
    );
    const by = readBy(text('by') ?? 'total');
    const source = readSource('history', text('source')) ?? 'stations';
    if (source === 'legacy') return showLegacy(cli, options.json === true);
    const isFile = options.csv === true || options.json === true;
    const maxPoints = isFile ? FILE_POINTS : READABLE_POINTS;
    const rows = cli.client.stream(
      'history.export',
      { by, source, ...range, maxPoints },
      { signal: cli.signal },
    );
    if (options.json === true) {
      for await (const row of rows) cli.print(JSON.stringify(row));
    } else if (options.csv === true) {
      cli.print(historyCsvHead(by));
      for await (const row of rows) cli.print(historyCsvRow(by, row));
    } else await show(cli, by, rows);
  },
};

function readBy(text: string): By {
  const by = BY.find((one) => one === text);
  if (by !== undefined) return by;
  throw new AppError('invalid_input', {
    message: `history: --by must be total, station or country, got ${text}`,
  });
}

async function show(cli: Cli, by: By, rows: AsyncIterable<HistoryExportRow>): Promise<void> {
  const all: HistoryExportRow[] = [];
  for await (const row of rows) all.push(row);
  if (all.length === 0) return cli.print(cli.style.dim('Nothing was recorded in this time.'));
  const lines = by === 'total' ? overTime(all) : bySeries(by, all);
  for (const line of lines) cli.print(line);
}

const right = (head: string) => ({ head, align: 'right' as const });
const users = (value: number | null) => (value === null ? '–' : formatCount(Math.round(value)));

function overTime(rows: readonly HistoryExportRow[]): string[] {
  const columns = [{ head: 'Time (UTC)' }, right('Users'), right('Highest'), right('Up'), right('Down')];
  return textTable(
    columns,
    rows.map((row) => [
      new Date(row.at).toISOString().slice(0, 16).replace('T', ' '),
      users(row.connected),
      users(row.connectedMax),
      formatBytes(row.uploadedBytes),
      formatBytes(row.downloadedBytes),
    ]),
  );
}

/** Estimates of an older manager, whatever the range: they stand for themselves. */
async function showLegacy(cli: Cli, json: boolean): Promise<void> {
  const found = await cli.client.call('migration.history', {});
  if (json) return cli.print(JSON.stringify(found));
  const { months, connections, uptime, reports } = found;
  if (months.length + connections.length + uptime.length + reports.length === 0)
    return cli.print(cli.style.dim('Nothing was taken over from an older manager.'));
  cli.print(cli.style.dim('Estimates of the older manager; in no other figure.'));
  const rows = months.map(({ month, countries, uploadedBytes, downloadedBytes }) => [
    month,
    String(countries),
    formatBytes(uploadedBytes),
    formatBytes(downloadedBytes),
  ]);
  const columns = [{ head: 'Month' }, right('Countries'), right('Up'), right('Down')];
  for (const line of textTable(columns, rows)) cli.print(line);
  cli.print(
    `${plural(connections.length + uptime.length + reports.length, 'moment')} of users and stations: --json prints them.`,
  );
}

interface Sum {
  userSeconds: number;
  seconds: number;
  most: number | null;
  up: number;
  down: number;
}

/** Each series over the whole range, most users first. */
function bySeries(by: By, rows: readonly HistoryExportRow[]): string[] {
  const sums = new Map<string, Sum>();
  for (const row of rows) {
    const sum = sums.get(row.key) ?? { userSeconds: 0, seconds: 0, most: null, up: 0, down: 0 };
    sums.set(row.key, sum);
    sum.userSeconds += (row.connected ?? 0) * row.seconds;
    sum.seconds += row.seconds;
    if (row.connectedMax !== null) sum.most = Math.max(sum.most ?? 0, row.connectedMax);
    sum.up += row.uploadedBytes;
    sum.down += row.downloadedBytes;
  }
  const average = ({ userSeconds, seconds }: Sum) => (seconds === 0 ? null : userSeconds / seconds);
  const sorted = [...sums].sort(
    ([, a], [, b]) => (average(b) ?? 0) - (average(a) ?? 0) || b.up + b.down - a.up - a.down,
  );
  const columns = [
    { head: by === 'country' ? 'Country' : 'Station' },
    right('Users'),
    right('Highest'),
    right('Up'),
    right('Down'),
  ];
  return textTable(
    columns,
    sorted.map(([key, sum]) => [
      by === 'country' ? countryName(key) : key,
      users(average(sum)),
      users(sum.most),
      formatBytes(sum.up),
      formatBytes(sum.down),
    ]),
  );
}
