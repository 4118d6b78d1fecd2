'use client';

import type { StationSnapshot } from '../../lib/contract/snapshot.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { SortHead } from '../ui/sort-head.tsx';
import { Table, TableBody, TableHead, TableHeader } from '../ui/table.tsx';
import { RowSpacer, useWindowRows } from '../ui/use-window-rows.tsx';
import { StationRow } from './station-row.tsx';
import type { SortKey, StationView } from './station-words.ts';

const COLUMNS: { key: SortKey; label: string; numeric?: boolean }[] = [
  { key: 'index', label: 'Station' },
  { key: 'state', label: 'State' },
  { key: 'connected', label: 'Users' },
  { key: 'traffic', label: 'Traffic', numeric: true },
  { key: 'cpu', label: 'CPU', numeric: true },
  { key: 'memory', label: 'Memory', numeric: true },
  { key: 'startedAt', label: 'Running for', numeric: true },
  { key: 'restarts', label: 'Restarts', numeric: true },
];
const ROW_PIXELS = 56;
/** Rows drawn above and below the window, so that scrolling and "find in page" meet them. */
const OVERSCAN = 30;

export interface StationsTableProps {
  stations: StationSnapshot[];
  /** Time of the snapshot, milliseconds. */
  at: number;
  view: StationView;
  onViewChange: (view: StationView) => void;
  selected: ReadonlySet<number>;
  onSelect: (station: number, selected: boolean) => void;
  onSelectAll: (selected: boolean) => void;
}

/** Draws the rows in and near the window only: a thousand stations cost no more than sixty. */
export function StationsTable(props: StationsTableProps) {
  const { stations, at, view, selected, onSelect } = props;
  const { box, rows, above, below } = useWindowRows(stations.length, ROW_PIXELS, OVERSCAN);
  const chosen = stations.filter((station) => selected.has(station.index)).length;
  return (
    <div ref={box}>
      <Table aria-rowcount={stations.length + 1}>
        <TableHeader>
          <tr>
            <TableHead className="w-10 pr-0">
              <Checkbox
                checked={chosen === 0 ? false : chosen === stations.length ? true : 'indeterminate'}
                onCheckedChange={(checked) => props.onSelectAll(checked === true)}
                aria-label="Select all that are shown"
              />
            </TableHead>
            {COLUMNS.map(({ key, label, numeric }) => (
              <SortHead
                key={key}
                sort={key}
                label={label}
                {...(numeric ? { numeric } : {})}
                ascendingFirst={key === 'index' || key === 'state'}
                view={view}
                onViewChange={props.onViewChange}
              />
            ))}
          </tr>
        </TableHeader>
        <TableBody>
          <RowSpacer pixels={above} columns={COLUMNS.length + 1} />
          {rows.map(({ index }) => {
            const station = stations[index];
            if (station === undefined) return null;
            const uptimeMinutes =
              station.startedAt === null || station.state === 'stopped'
                ? null
                : Math.max(0, Math.floor((at - station.startedAt) / 60_000));
            return (
              <StationRow
                key={station.index}
                station={station}
                uptimeMinutes={uptimeMinutes}
                selected={selected.has(station.index)}
                onSelect={onSelect}
              />
            );
          })}
          <RowSpacer pixels={below} columns={COLUMNS.length + 1} />
        </TableBody>
      </Table>
    </div>
  );
}
