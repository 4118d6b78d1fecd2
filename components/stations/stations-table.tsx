'use client';

import { ArrowDown, ArrowUp } from 'lucide-react';
import type { StationSnapshot } from '../../lib/contract/snapshot.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { cn } from '../ui/cn.ts';
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
            {COLUMNS.map((column) => (
              <SortableHead key={column.key} column={column} view={view} onViewChange={props.onViewChange} />
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

function SortableHead({
  column,
  view,
  onViewChange,
}: { column: (typeof COLUMNS)[number] } & Pick<StationsTableProps, 'view' | 'onViewChange'>) {
  const { label, numeric } = column;
  const sorted = view.sort === column.key;
  const Arrow = view.descending ? ArrowDown : ArrowUp;
  const next = {
    ...view,
    sort: column.key,
    descending: sorted ? !view.descending : column.key !== 'index' && column.key !== 'state',
  };
  return (
    <TableHead
      aria-sort={sorted ? (view.descending ? 'descending' : 'ascending') : 'none'}
      {...(numeric ? { numeric } : {})}
    >
      <button
        type="button"
        onClick={() => onViewChange(next)}
        className={cn(
          'inline-flex items-center gap-1 rounded hover:text-ink',
          sorted && 'text-ink',
          numeric && 'flex-row-reverse',
        )}
      >
        {label}
        <Arrow className={cn('size-3.5', !sorted && 'invisible')} aria-hidden />
      </button>
    </TableHead>
  );
}
