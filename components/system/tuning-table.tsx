import { ArrowRight } from 'lucide-react';
import type { TuningRow } from '../../lib/contract/tuning.ts';
import { bootWords, ROW_STATES } from '../../lib/format/tuning.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { cn } from '../ui/cn.ts';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx';

const TONES: Record<TuningRow['state'], Tone> = {
  right: 'ok',
  kept: 'ok',
  change: 'warn',
  waiting: 'neutral',
  impossible: 'neutral',
};

/** Before the first tuning, now, and after the next: one line a parameter, with its reason. */
export function TuningTable({ rows }: { rows: readonly TuningRow[] }) {
  return (
    <Table aria-label="Kernel parameters, before and after" className="table-fixed">
      <TableHeader>
        <tr>
          <TableHead className="w-[36%] pl-6">Parameter</TableHead>
          <TableHead numeric>Before</TableHead>
          <TableHead numeric>Now</TableHead>
          <TableHead numeric>After tuning</TableHead>
          <TableHead className="w-[24%] pr-6">State</TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={row.key} className="align-top">
            <TableCell className="pl-6">
              <Parameter row={row} />
            </TableCell>
            <ValueCell value={before(row)} className={before(row) === row.now ? 'text-ink-muted' : ''} />
            <ValueCell value={row.now} />
            <ValueCell value={row.after} className={row.after === row.now ? '' : 'font-semibold'} />
            <TableCell className="pr-6">
              <State row={row} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** The same on a narrow screen. */
export function TuningList({ rows }: { rows: readonly TuningRow[] }) {
  return (
    <ul aria-label="Kernel parameters, before and after" className="divide-y border-y">
      {rows.map((row) => (
        <li key={row.key} className="flex flex-col gap-2 px-5 py-3 sm:px-6">
          <Parameter row={row} />
          <p className="flex flex-wrap items-center gap-x-2 text-sm tabular-nums">
            {[before(row), row.now, row.after]
              .filter((value, at, all) => at === 0 || value !== all[at - 1])
              .map((value, at) => (
                <span key={value} className="flex items-center gap-2">
                  {at === 0 ? null : (
                    <ArrowRight className="size-3.5 text-ink-faint" role="img" aria-label="then" />
                  )}
                  {words(value)}
                </span>
              ))}
          </p>
          <div>
            <State row={row} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Parameter({ row: { key, reason } }: { row: TuningRow }) {
  return (
    <>
      <p className="break-words font-mono text-sm">{key}</p>
      <p className="text-ink-muted text-sm">{reason}</p>
    </>
  );
}

function State({ row }: { row: TuningRow }) {
  const { state, drift, note } = row;
  const notes = [note, bootWords(row)].filter((text) => text !== null);
  return (
    <>
      <Badge tone={drift ? 'warn' : TONES[state]}>{drift ? 'changed by others' : ROW_STATES[state]}</Badge>
      {notes.map((text) => (
        <p key={text} className="mt-1 break-words text-ink-muted text-sm">
          {text}
        </p>
      ))}
    </>
  );
}

function ValueCell({ value, className }: { value: string | null; className?: string }) {
  return (
    <TableCell numeric className={cn('whitespace-normal break-words text-sm', className)}>
      {words(value)}
    </TableCell>
  );
}

/** What it was before the first tuning; what it is now where we never changed it. */
function before({ original, now }: TuningRow): string | null {
  return original === null ? now : original.replace(/\s+/g, ' ');
}

function words(value: string | null): string {
  if (value === null) return '–';
  // A list of ports has no blanks of its own to break at.
  return value === '' ? 'none' : value.replaceAll(',', ', ');
}
