import type { Tone } from './badge.tsx';

/** Short messages that pass by. A store outside React, so that any code of the page can speak. */
export interface Toast {
  id: number;
  tone: Tone;
  title: string;
  description?: string | undefined;
}

const SHOWN_AT_ONCE = 3;
let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Shows a message for some seconds. Errors that need an answer belong into the page instead. */
export function toast(message: Omit<Toast, 'id'>): void {
  lastId += 1;
  replace([...toasts, { ...message, id: lastId }].slice(-SHOWN_AT_ONCE));
}

export function dismissToast(id: number): void {
  replace(toasts.filter((entry) => entry.id !== id));
}

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function currentToasts(): readonly Toast[] {
  return toasts;
}

function replace(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}
