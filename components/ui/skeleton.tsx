import { cn } from './cn.ts';

/** A grey shape where something is about to be; give it the size of that thing. */
export function Skeleton({ className }: { className?: string }) {
  return <div className={cn('animate-pulse rounded-lg bg-sunken', className)} aria-hidden />;
}
