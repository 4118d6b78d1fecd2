'use client';

import { X } from 'lucide-react';
import { Toast as Primitive } from 'radix-ui';
import { useSyncExternalStore } from 'react';
import { TONE_ICONS, type Tone } from './badge.tsx';
import { cn } from './cn.ts';
import { currentToasts, dismissToast, subscribeToasts, type Toast } from './toast-store.ts';

const INK: Record<Tone, string> = {
  ok: 'text-ok',
  warn: 'text-warn',
  critical: 'text-critical',
  accent: 'text-accent-text',
  neutral: 'text-ink-muted',
};
const NONE: readonly Toast[] = [];

/** Draws the messages of `toast()`. Stands once, in the root layout. */
export function Toaster() {
  const toasts = useSyncExternalStore(subscribeToasts, currentToasts, () => NONE);
  return (
    <Primitive.Provider duration={6000} swipeDirection="right" label="Message">
      {toasts.map((entry) => {
        const Icon = TONE_ICONS[entry.tone];
        return (
          <Primitive.Root
            key={entry.id}
            onOpenChange={(open) => (open ? undefined : dismissToast(entry.id))}
            className="flex animate-rise-in items-start gap-3 rounded-xl border bg-surface p-4 shadow-floating"
          >
            <Icon className={cn('mt-0.5 size-5 shrink-0', INK[entry.tone])} aria-hidden />
            <div className="flex min-w-0 flex-1 flex-col">
              <Primitive.Title className="font-medium">{entry.title}</Primitive.Title>
              {entry.description ? (
                <Primitive.Description className="text-ink-muted text-sm">
                  {entry.description}
                </Primitive.Description>
              ) : null}
            </div>
            <Primitive.Close
              aria-label="Dismiss"
              className="flex size-7 shrink-0 items-center justify-center rounded-md text-ink-muted hover:bg-sunken hover:text-ink"
            >
              <X className="size-4" aria-hidden />
            </Primitive.Close>
          </Primitive.Root>
        );
      })}
      <Primitive.Viewport className="fixed right-0 bottom-20 z-60 flex w-full flex-col gap-2 p-4 outline-none sm:max-w-sm lg:bottom-0" />
    </Primitive.Provider>
  );
}
