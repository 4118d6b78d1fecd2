import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

/** A table that scrolls sideways in its own box when the screen is narrow. */
export function Table({ className, ...props }: ComponentProps<'table'>) {
  return (
    <div className="relative w-full overflow-x-auto">
      <table className={cn('w-full border-collapse text-left', className)} {...props} />
    </div>
  );
}

export function TableHeader({ className, ...props }: ComponentProps<'thead'>) {
  return <thead className={cn('border-b', className)} {...props} />;
}

export function TableBody(props: ComponentProps<'tbody'>) {
  return <tbody {...props} />;
}

export function TableRow({ className, ...props }: ComponentProps<'tr'>) {
  return (
    <tr
      className={cn('border-b transition-colors last:border-b-0 data-interactive:hover:bg-sunken', className)}
      {...props}
    />
  );
}

export interface CellProps {
  /** Numbers are right-aligned, in figures of one width. */
  numeric?: boolean;
}

export function TableHead({ className, numeric, ...props }: ComponentProps<'th'> & CellProps) {
  return (
    <th
      scope="col"
      className={cn(
        'h-10 whitespace-nowrap px-4 font-medium text-ink-muted text-sm',
        numeric && 'text-right',
        className,
      )}
      {...props}
    />
  );
}

export function TableCell({ className, numeric, ...props }: ComponentProps<'td'> & CellProps) {
  return (
    <td
      className={cn('px-4 py-2.5', numeric && 'whitespace-nowrap text-right tabular-nums', className)}
      {...props}
    />
  );
}
