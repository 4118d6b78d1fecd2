'use client';

import {
  Activity,
  ChartSpline,
  Globe,
  LayoutDashboard,
  type LucideIcon,
  MonitorCog,
  Server,
  Settings,
  Waypoints,
} from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { cn } from '../ui/cn.ts';

interface Destination {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Where the lower edge of a phone has no room for it, the menu of the upper edge leads there. */
  inMenuOnPhone?: true;
}

export const DESTINATIONS: readonly Destination[] = [
  { href: '/', label: 'Overview', icon: LayoutDashboard },
  { href: '/stations', label: 'Stations', icon: Server },
  { href: '/countries', label: 'Countries', icon: Globe },
  { href: '/history', label: 'History', icon: ChartSpline },
  { href: '/balancer', label: 'Balancer', icon: Waypoints },
  { href: '/system', label: 'System', icon: MonitorCog, inMenuOnPhone: true },
  { href: '/activity', label: 'Activity', icon: Activity },
  { href: '/settings', label: 'Settings', icon: Settings },
];

function useIsCurrent(): (href: string) => boolean {
  const path = usePathname();
  return (href) => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`));
}

/** The pages, down the left side of a wide screen. */
export function SideNavigation() {
  const isCurrent = useIsCurrent();
  return (
    <nav aria-label="Pages" className="flex flex-col gap-1">
      {DESTINATIONS.map(({ href, label, icon: Icon }) => (
        <Link
          key={href}
          href={href}
          aria-current={isCurrent(href) ? 'page' : undefined}
          className={cn(
            'flex h-10 items-center gap-3 rounded-lg px-3 font-medium text-ink-muted transition-colors hover:bg-sunken hover:text-ink',
            'aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent-text',
          )}
        >
          <Icon className="size-4.5 shrink-0" aria-hidden />
          {label}
        </Link>
      ))}
    </nav>
  );
}

/** The pages, along the lower edge of a phone. */
export function BottomNavigation() {
  const isCurrent = useIsCurrent();
  return (
    <nav
      aria-label="Pages"
      className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-7 border-t bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden print:hidden"
    >
      {DESTINATIONS.filter((one) => one.inMenuOnPhone === undefined).map(({ href, label, icon: Icon }) => (
        <Link
          key={href}
          href={href}
          aria-current={isCurrent(href) ? 'page' : undefined}
          className="flex h-16 flex-col items-center justify-center gap-1 font-medium text-[0.6875rem] text-ink-muted aria-[current=page]:text-accent-text"
        >
          <Icon className="size-5" aria-hidden />
          {label}
        </Link>
      ))}
    </nav>
  );
}
