'use client';

import { Progress as Primitive } from 'radix-ui';
import { cn } from './cn.ts';

export interface ProgressProps {
  value: number;
  max: number;
  /** Names what makes progress, for screen readers. */
  label: string;
  tone?: 'accent' | 'ok' | 'warn' | 'critical';
  className?: string;
}

const FILL = { accent: 'fill-accent', ok: 'fill-ok', warn: 'fill-warn', critical: 'fill-critical' };

/** A bar from 0 to `max`; while `max` is 0 it is of unknown length. */
export function Progress({ value, max, label, tone = 'accent', className }: ProgressProps) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <Primitive.Root
      value={max > 0 ? Math.min(value, max) : null}
      max={max > 0 ? max : 100}
      aria-label={label}
      className={cn('h-2 w-full overflow-hidden rounded-full bg-sunken', className)}
    >
      <svg className="size-full" preserveAspectRatio="none" viewBox="0 0 100 1" aria-hidden="true">
        <rect className={cn('transition-all', FILL[tone])} width={share * 100} height="1" />
      </svg>
    </Primitive.Root>
  );
}
