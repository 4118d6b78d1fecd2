import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from './cn.ts';

export interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  /** The page's own heading, where the page is nothing else. */
  heading?: boolean;
  /** Why there is nothing, and what would change that. */
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

export function EmptyState({ icon: Icon, title, heading, children, action, className }: EmptyStateProps) {
  return (
    <div className={cn('flex flex-col items-center gap-3 px-6 py-12 text-center', className)}>
      <span className="flex size-11 items-center justify-center rounded-full bg-sunken text-ink-muted">
        <Icon className="size-5" aria-hidden />
      </span>
      <div className="flex max-w-md flex-col gap-1">
        {heading ? <h1 className="font-medium text-lg">{title}</h1> : <p className="font-medium">{title}</p>}
        {children ? <div className="text-ink-muted">{children}</div> : null}
      </div>
      {action}
    </div>
  );
}
