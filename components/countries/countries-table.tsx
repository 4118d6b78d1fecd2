'use client';

import type { CountriesReport, CountryRow } from '../../lib/contract/countries.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatCount, formatShare } from '../../lib/format/count.ts';
import { countryName } from '../../lib/format/country.ts';
import { SortHead } from '../ui/sort-head.tsx';
import { Table, TableBody, TableCell, TableHeader, TableRow } from '../ui/table.tsx';
import { type CountrySort, formatUsers, measureLabel, rateText } from './country-words.ts';
import { Flag } from './flag.tsx';

export interface CountryView {
  search: string;
  sort: CountrySort;
  descending: boolean;
}

interface Column {
  sort: CountrySort;
  label: string;
  cell: (row: CountryRow, report: CountriesReport) => string;
  /** Seen on wide screens only. */
  wide?: boolean;
}

function columnsOf({ source, from }: CountriesReport): Column[] {
  const isNow = from === null && source !== 'legacy';
  const users: Column[] = [
    {
      sort: 'users',
      label: isNow ? measureLabel('users', source) : 'Users, average',
      cell: ({ connected }) => (connected === null ? '–' : formatUsers(connected)),
    },
    {
      sort: 'peak',
      label: 'At most',
      wide: true,
      cell: ({ connectedMax }) => (connectedMax === null ? '–' : formatUsers(connectedMax)),
    },
  ];
  const traffic: Column[] = [
    {
      sort: 'up',
      label: isNow ? 'In, now' : 'In',
      wide: true,
      cell: (row) => (isNow ? rateText(row.uploadBps) : formatBytes(row.uploadedBytes)),
    },
    {
      sort: 'down',
      label: isNow ? 'Out, now' : 'Out',
      wide: true,
      cell: (row) => (isNow ? rateText(row.downloadBps) : formatBytes(row.downloadedBytes)),
    },
    {
      sort: 'traffic',
      label: isNow ? 'Traffic today' : 'Traffic',
      cell: (row) => formatBytes(row.uploadedBytes + row.downloadedBytes),
    },
  ];
  const clients: Column = {
    sort: 'clients',
    label: isNow ? 'Clients today' : 'Clients on a day',
    cell: (row) => (row.clients === null ? '–' : `≈ ${formatCount(row.clients)}`),
  };
  if (source === 'legacy') return traffic;
  const [now, peak] = users;
  const shown = [...(now ? [now] : []), ...(isNow || peak === undefined ? [] : [peak]), ...traffic];
  return source === 'tracker' ? [...shown, clients] : shown;
}

export interface CountriesTableProps {
  report: CountriesReport;
  rows: CountryRow[];
  view: CountryView;
  onViewChange: (view: CountryView) => void;
  onChoose: (code: string) => void;
}

/** Every country, sortable; the name opens it over time. */
export function CountriesTable({ report, rows, view, onViewChange, onChoose }: CountriesTableProps) {
  const columns = columnsOf(report);
  const total = report.total.connected ?? 0;
  return (
    <Table aria-label="Countries">
      <TableHeader>
        <tr>
          <SortHead sort="name" label="Country" ascendingFirst view={view} onViewChange={onViewChange} />
          {columns.map(({ sort, label, wide }) => (
            <SortHead
              key={sort}
              sort={sort}
              label={label}
              numeric
              view={view}
              onViewChange={onViewChange}
              {...(wide ? { className: 'hidden sm:table-cell' } : {})}
            />
          ))}
        </tr>
      </TableHeader>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={row.code} data-interactive>
            <TableCell>
              <button
                type="button"
                onClick={() => onChoose(row.code)}
                className="flex items-center gap-3 rounded text-left hover:text-accent-text"
              >
                <Flag code={row.code} />
                <span className="min-w-0">{countryName(row.code)}</span>
              </button>
            </TableCell>
            {columns.map(({ sort, cell, wide }) => (
              <TableCell key={sort} numeric className={wide ? 'hidden sm:table-cell' : ''}>
                {cell(row, report)}
                {sort === 'users' ? <Personal row={row} /> : null}
                {sort === 'users' && total > 0 ? (
                  <span className="ml-2 hidden w-12 text-ink-faint text-sm sm:inline-block">
                    {formatShare((row.connected ?? 0) / total)}
                  </span>
                ) : null}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** Clients of the operator's own circle are kept apart from everybody else's. */
function Personal({ row: { personal } }: { row: CountryRow }) {
  if (personal === null || personal.connected === 0) return null;
  return (
    <span className="ml-1 text-ink-faint text-sm">
      (<span title="Of your own circle">{formatUsers(personal.connected)} personal</span>)
    </span>
  );
}
