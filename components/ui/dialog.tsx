'use client';

import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';

export const Dialog = Primitive.Root;
export const DialogClose = Primitive.Close;

const closeButton =
  'absolute top-4 right-4 flex size-8 items-center justify-center rounded-lg text-ink-muted hover:bg-sunken hover:text-ink';

export interface DialogContentProps extends Omit<ComponentProps<typeof Primitive.Content>, 'title'> {
  title: ReactNode;
  /** One or two sentences under the title. */
  description?: ReactNode;
  /** Buttons; they stay in view while the body scrolls. */
  footer?: ReactNode;
  /** `sheet` comes from the right side (from below on a phone) and is as high as the window. */
  layout?: 'centered' | 'sheet';
}

/** A modal window: on a phone it sits at the lower edge, wider screens have it in the middle or at the side. */
export function DialogContent({
  title,
  description,
  footer,
  layout = 'centered',
  className,
  children,
  ...props
}: DialogContentProps) {
  return (
    <Primitive.Portal>
      <Primitive.Overlay className="fixed inset-0 z-40 animate-fade-in bg-overlay" />
      <Primitive.Content
        className={cn(
          'fixed z-50 flex max-h-[92dvh] flex-col border bg-surface shadow-floating outline-none',
          layout === 'centered'
            ? 'inset-x-0 bottom-0 animate-rise-in rounded-t-2xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:w-full sm:max-w-xl sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl'
            : 'inset-x-0 bottom-0 animate-rise-in rounded-t-2xl sm:inset-y-0 sm:right-0 sm:left-auto sm:max-h-none sm:w-[34rem] sm:max-w-[92vw] sm:animate-slide-in sm:rounded-none sm:rounded-l-2xl',
          className,
        )}
        {...(description ? {} : { 'aria-describedby': undefined })}
        {...props}
      >
        <header className="flex flex-col gap-1.5 p-6 pr-14 pb-4">
          <Primitive.Title className="font-semibold text-lg leading-snug tracking-tight">
            {title}
          </Primitive.Title>
          {description ? (
            <Primitive.Description className="text-ink-muted">{description}</Primitive.Description>
          ) : null}
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-6 pb-6">{children}</div>
        {footer ? (
          <footer className="flex flex-col-reverse gap-2 border-t px-6 py-4 sm:flex-row sm:justify-end">
            {footer}
          </footer>
        ) : null}
        <Primitive.Close className={closeButton} aria-label="Close">
          <X className="size-4" aria-hidden />
        </Primitive.Close>
      </Primitive.Content>
    </Primitive.Portal>
  );
}
