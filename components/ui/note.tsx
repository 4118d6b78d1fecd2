import { CircleX, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from './cn.ts';

const LOOKS = {
  critical: { icon: CircleX, frame: 'border-critical/40 bg-critical-soft', ink: 'text-critical' },
  warn: { icon: TriangleAlert, frame: 'border-warn/40 bg-warn-soft', ink: 'text-warn' },
  accent: { icon: Info, frame: 'border-accent/30 bg-accent-soft', ink: 'text-accent-text' },
} as const;

export interface NoteProps {
  tone: keyof typeof LOOKS;
  title: string;
  /** What happened, and the way out. */
  children?: ReactNode;
  actions?: ReactNode;
  /** True when it appears in answer to something the reader did: a screen reader then says it at once. */
  live?: boolean;
  className?: string;
}

/** A framed message in the page. */
export function Note({ tone, title, children, actions, live, className }: NoteProps) {
  const { icon: Icon, frame, ink } = LOOKS[tone];
  return (
    <div
      role={live ? 'alert' : undefined}
      className={cn('flex gap-3 rounded-xl border p-4', frame, className)}
    >
      <Icon className={cn('mt-0.5 size-5 shrink-0', ink)} aria-hidden />
      {/* A Proxy ID may have nowhere to break. */}
      <div className="flex min-w-0 flex-1 flex-col gap-1 wrap-anywhere">
        <p className="font-medium">{title}</p>
        {children ? <div className="text-ink-muted">{children}</div> : null}
        {actions ? <div className="mt-2 flex flex-wrap gap-2">{actions}</div> : null}
      </div>
    </div>
  );
}

/** The two halves of an error as the agent words them. */
export function ErrorNote({
  error,
  title,
  ...rest
}: {
  error: { message: string; remedy?: string | null | undefined };
  title?: string;
  actions?: ReactNode;
  live?: boolean;
  className?: string;
}) {
  return (
    <Note tone="critical" title={title ?? error.message} {...rest}>
      {title ? <p>{error.message}</p> : null}
      {error.remedy ? <p>{withCode(error.remedy)}</p> : null}
    </Note>
  );
}

/** Sets what stands between back-ticks as code: remedies name commands that way. */
export function withCode(text: string): ReactNode[] {
  // Every second part of the split stood between back-ticks; a text never reorders, so the index is its key.
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one constant text
      <code key={index} className="rounded bg-sunken px-1 py-0.5 font-mono text-[0.9em] text-ink">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
