'use client';

import { Check, Minus } from 'lucide-react';
import { Checkbox as Primitive } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

/** A tick box; `checked="indeterminate"` shows a dash (some of a list). */
export function Checkbox({ className, ...props }: ComponentProps<typeof Primitive.Root>) {
  return (
    <Primitive.Root
      className={cn(
        'group flex size-4.5 shrink-0 items-center justify-center rounded-[5px] border border-line-strong bg-surface transition-colors',
        'data-[state=checked]:border-accent data-[state=indeterminate]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:bg-accent',
        className,
      )}
      {...props}
    >
      <Primitive.Indicator className="text-accent-ink">
        <Minus className="hidden size-3.5 group-data-[state=indeterminate]:block" aria-hidden />
        <Check className="size-3.5 group-data-[state=indeterminate]:hidden" aria-hidden />
      </Primitive.Indicator>
    </Primitive.Root>
  );
}
