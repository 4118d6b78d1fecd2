'use client';

import { AlertDialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

export interface AlertDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will happen and whom it touches. */
  description: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
  tone?: 'danger' | 'primary';
  pending?: boolean;
  onConfirm: () => void;
}

/** Asks before something that cannot be taken back; the cancel button has the focus first. */
export function AlertDialog(props: AlertDialogProps) {
  return (
    <Primitive.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-fade-in bg-overlay" />
        <Primitive.Content className="fixed inset-x-0 bottom-0 z-50 flex animate-rise-in flex-col gap-5 rounded-t-2xl border bg-surface p-6 shadow-floating outline-none sm:inset-auto sm:top-1/2 sm:left-1/2 sm:w-full sm:max-w-md sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl">
          <div className="flex flex-col gap-1.5">
            <Primitive.Title className="font-semibold text-lg tracking-tight">{props.title}</Primitive.Title>
            <Primitive.Description asChild className="text-ink-muted">
              <div>{props.description}</div>
            </Primitive.Description>
          </div>
          <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
            <Primitive.Cancel asChild>
              <Button>{props.cancelLabel ?? 'Cancel'}</Button>
            </Primitive.Cancel>
            <Button
              variant={props.tone ?? 'danger'}
              pending={props.pending ?? false}
              onClick={props.onConfirm}
            >
              {props.confirmLabel}
            </Button>
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
