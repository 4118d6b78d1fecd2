'use client';

import type { ReactNode } from 'react';
import { type DiffLine, diffLines } from '../../lib/format/diff-lines.ts';
import { cn } from '../ui/cn.ts';

const INKS: Record<DiffLine['kind'], string> = {
  added: 'bg-ok-soft text-ok',
  removed: 'bg-critical-soft text-critical',
  place: 'text-accent-text',
  file: 'text-ink-muted',
  same: '',
};

/** A configuration as it stands in the file. */
export function ConfigText({ label, text }: { label: string; text: string }) {
  return (
    <ScrollBox label={label}>
      <pre className="px-3">{text}</pre>
    </ScrollBox>
  );
}

/** A unified diff: each line begins with its mark, and has its colour. */
export function DiffText({ label, diff }: { label: string; diff: string }) {
  return (
    <ScrollBox label={label}>
      <pre className="w-max min-w-full">
        {diffLines(diff).map(({ kind, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of one constant text
          <span key={index} className={cn('block px-3', INKS[kind])}>
            {text === '' ? ' ' : text}
          </span>
        ))}
      </pre>
    </ScrollBox>
  );
}

function ScrollBox({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-lg bg-sunken py-3 font-mono text-xs leading-relaxed"
    >
      {children}
    </section>
  );
}
