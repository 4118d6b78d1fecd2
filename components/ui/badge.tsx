import { cva } from 'class-variance-authority';
import { Circle, CircleAlert, CircleCheck, CircleX, Info, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from './cn.ts';

/** What a state means for the reader; each has a colour AND a shape. */
export type Tone = 'ok' | 'warn' | 'critical' | 'accent' | 'neutral';

const badge = cva(
  'inline-flex items-center gap-1.5 whitespace-nowrap rounded-full px-2.5 py-0.5 font-medium text-sm [&_svg]:size-3.5 [&_svg]:shrink-0',
  {
    variants: {
      tone: {
        ok: 'bg-ok-soft text-ok',
        warn: 'bg-warn-soft text-warn',
        critical: 'bg-critical-soft text-critical',
        accent: 'bg-accent-soft text-accent-text',
        neutral: 'bg-sunken text-ink-muted',
      },
    },
  },
);

export const TONE_ICONS: Record<Tone, LucideIcon> = {
  ok: CircleCheck,
  warn: CircleAlert,
  critical: CircleX,
  accent: Info,
  neutral: Circle,
};

export interface BadgeProps {
  tone: Tone;
  /** Replaces the icon of the tone; null for none. */
  icon?: LucideIcon | null;
  className?: string;
  children: ReactNode;
}

export function Badge({ tone, icon, className, children }: BadgeProps) {
  const Icon = icon === undefined ? TONE_ICONS[tone] : icon;
  return (
    <span className={cn(badge({ tone }), className)}>
      {Icon ? <Icon aria-hidden /> : null}
      {children}
    </span>
  );
}
