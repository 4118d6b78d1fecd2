'use client';

import { useEffect, useRef } from 'react';
import type { JobStep } from '../../lib/contract/jobs.ts';
import { cn } from '../ui/cn.ts';
import { STEP_STATES } from './job-words.ts';

/** The steps in their order; a long list follows the step that runs. */
export function JobSteps({ steps }: { steps: JobStep[] }) {
  const current = useRef<HTMLLIElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const running = steps.findIndex((step) => step.state === 'running');
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls each time another step begins
  useEffect(() => {
    const [box, item] = [list.current, current.current];
    if (box && item) box.scrollTop = item.offsetTop - box.clientHeight / 2;
  }, [running]);
  if (steps.length === 0) return null;
  return (
    <ol
      ref={list}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="Steps"
      className="relative flex max-h-80 flex-col gap-0.5 overflow-y-auto rounded-xl border bg-canvas p-2"
    >
      {steps.map((step, index) => {
        const { icon: Icon, ink, label } = STEP_STATES[step.state];
        return (
          <li
            key={step.key}
            ref={index === running ? current : undefined}
            className={cn(
              'flex items-start gap-2.5 rounded-lg px-2 py-1.5',
              step.state === 'running' && 'bg-accent-soft',
            )}
          >
            <Icon
              className={cn('mt-1 size-4 shrink-0', ink, step.state === 'running' && 'animate-spin')}
              aria-hidden
            />
            <span className="flex min-w-0 flex-col">
              <span
                className={cn(step.state === 'pending' || step.state === 'skipped' ? 'text-ink-muted' : '')}
              >
                {step.title}
                <span className="sr-only">, {label}</span>
              </span>
              {step.message ? <span className="text-ink-muted text-sm">{step.message}</span> : null}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
