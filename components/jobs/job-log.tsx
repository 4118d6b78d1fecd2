'use client';

import { ChevronRight } from 'lucide-react';
import type { JobLogLine } from '../../lib/contract/jobs.ts';
import { formatClock } from '../../lib/format/time.ts';
import { cn } from '../ui/cn.ts';

const INK = { info: '', warning: 'text-warn', error: 'text-critical' } as const;

/** What the job wrote, folded away until it is wanted. */
export function JobLog({ lines }: { lines: readonly JobLogLine[] }) {
  if (lines.length === 0) return null;
  return (
    <details className="group">
      <summary className="flex cursor-pointer list-none items-center gap-1.5 rounded-lg font-medium text-ink-muted text-sm hover:text-ink">
        <ChevronRight className="size-4 transition-transform group-open:rotate-90" aria-hidden />
        Log, {lines.length} {lines.length === 1 ? 'line' : 'lines'}
      </summary>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Log of the job"
        className="mt-2 max-h-72 overflow-auto rounded-xl border bg-canvas p-3 font-mono text-xs leading-relaxed"
      >
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end
          <div key={index} className={cn('whitespace-pre-wrap break-words', INK[line.level])}>
            <span className="select-none text-ink-faint">{formatClock(line.at)} </span>
            {line.level === 'info' ? '' : `${line.level}: `}
            {line.text}
          </div>
        ))}
      </section>
    </details>
  );
}
