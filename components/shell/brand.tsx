import { cn } from '../ui/cn.ts';

/** The mark: one way in that opens into many. */
export function BrandMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={cn('size-7', className)} aria-hidden="true">
      <rect width="24" height="24" rx="6.5" className="fill-accent" />
      <g className="stroke-accent-ink" fill="none" strokeWidth="1.8" strokeLinecap="round">
        <path d="M5.5 12h4.2c2.6 0 2.6-5 5.4-5" />
        <path d="M9.7 12h5.4" />
        <path d="M9.7 12c2.6 0 2.6 5 5.4 5" />
      </g>
      <g className="fill-accent-ink">
        <circle cx="17.6" cy="7" r="1.5" />
        <circle cx="17.6" cy="12" r="1.5" />
        <circle cx="17.6" cy="17" r="1.5" />
      </g>
    </svg>
  );
}

export function Brand() {
  return (
    <span className="flex items-center gap-2.5">
      <BrandMark />
      <span className="font-semibold tracking-tight">Conduit</span>
    </span>
  );
}
