import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

export interface InputProps extends ComponentProps<'input'> {
  /** A unit shown at the right end, such as `MB`. */
  unit?: string;
}

/** One line of text or a number; `aria-invalid` draws it in the colour of errors. */
export function Input({ className, unit, ...props }: InputProps) {
  const field = (
    <input
      className={cn(
        'h-10 w-full min-w-0 rounded-lg border border-line-strong bg-surface px-3 text-ink shadow-raised transition-colors placeholder:text-ink-faint',
        'hover:border-ink-faint aria-invalid:border-critical disabled:cursor-not-allowed disabled:opacity-60',
        unit ? 'pr-20' : '',
        className,
      )}
      {...props}
    />
  );
  if (!unit) return field;
  return (
    <div className="relative">
      {field}
      <span
        className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-ink-faint text-sm"
        aria-hidden
      >
        {unit}
      </span>
    </div>
  );
}
