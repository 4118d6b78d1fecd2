'use client';

import {
  Activity,
  ChartSpline,
  Globe,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  MonitorCog,
  PackageOpen,
  Server,
  Settings,
  Waypoints,
} from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useCall } from '../data/use-call.ts';
import { cn } from '../ui/cn.ts';

interface Destination {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Where the lower edge of a phone has no room for it, the menu of the upper edge leads there. */
  inMenuOnPhone?: true;
}

const DESTINATIONS: readonly Destination[] = [
  { href: '/', label: 'Overview', icon: LayoutDashboard },
  { href: '/stations', label: 'Stations', icon: Server },
  { href: '/countries', label: 'Countries', icon: Globe },
  { href: '/history', label: 'History', icon: ChartSpline },
  { href: '/balancer', label: 'Balancer', icon: Waypoints },
  { href: '/vault', label: 'Keys', icon: KeyRound, inMenuOnPhone: true },
  { href: '/system', label: 'System', icon: MonitorCog, inMenuOnPhone: true },
  { href: '/activity', label: 'Activity', icon: Activity },
  { href: '/settings', label: 'Settings', icon: Settings },
];

/** Only where an older manager left something to take over, or to go back to; last, so that nothing moves when it appears. */
const MIGRATION: Destination = {
  href: '/migration',
  label: 'Migration',
  icon: PackageOpen,
  inMenuOnPhone: true,
};
const SELDOM_MS = 10 * 60_000;

export function useDestinations(): readonly Destination[] {
  const { data } = useCall('migration.get', {}, { freshMs: SELDOM_MS });
  const isThere = data !== undefined && (data.found || data.migration !== null);
  return isThere ? [...DESTINATIONS, MIGRATION] : DESTINATIONS;
}

function useIsCurrent(): (href: string) => boolean {
  const path = usePathname();
  return (href) => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`));
}

/** The pages, down the left side of a wide screen. */
export function SideNavigation() {
  const isCurrent = useIsCurrent();
  const destinations = useDestinations();
  return (
    <nav aria-label="Pages" className="flex flex-col gap-1">
      {destinations.map(({ href, label, icon: Icon }) => (
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
