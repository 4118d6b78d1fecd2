'use client';

import { CircleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { cn } from './cn.ts';
import { Label } from './label.tsx';
import { withCode } from './note.tsx';

/** What a control needs to belong to its label, hint and error. Spread it onto the control. */
export interface FieldControl {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

export interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  className?: string;
  children: (control: FieldControl) => ReactNode;
}

/** Label, control, hint and error as one; a screen reader hears hint and error with the control. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <Label htmlFor={id}>{label}</Label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {error ? (
        <p id={`${id}-error`} className="flex items-start gap-1.5 text-critical text-sm">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          <span className="block first-letter:uppercase">{withCode(error)}</span>
        </p>
      ) : null}
      {hint ? (
        <div id={`${id}-hint`} className="text-ink-muted text-sm">
          {hint}
        </div>
      ) : null}
    </div>
  );
}
