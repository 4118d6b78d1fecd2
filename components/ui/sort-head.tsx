import { ArrowDown, ArrowUp } from 'lucide-react';
import { cn } from './cn.ts';
import { type CellProps, TableHead } from './table.tsx';

export interface SortHeadProps<V extends { sort: string; descending: boolean }> extends CellProps {
  sort: V['sort'];
  label: string;
  view: V;
  onViewChange: (view: V) => void;
  /** Whether the first press sorts upwards; the next one turns it round. */
  ascendingFirst?: boolean;
  className?: string;
}

/** The head of a column that the table can be sorted by. */
export function SortHead<V extends { sort: string; descending: boolean }>({
  sort,
  label,
  view,
  onViewChange,
  ascendingFirst,
  numeric,
  className,
}: SortHeadProps<V>) {
  const sorted = view.sort === sort;
  const Arrow = view.descending ? ArrowDown : ArrowUp;
  const next = { ...view, sort, descending: sorted ? !view.descending : !ascendingFirst };
  return (
    <TableHead
      aria-sort={sorted ? (view.descending ? 'descending' : 'ascending') : 'none'}
      {...(numeric ? { numeric } : {})}
      {...(className === undefined ? {} : { className })}
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
