import { CircleHelp, Globe, House, Server } from 'lucide-react';
import { countryName } from '../../lib/format/country.ts';
import { cn } from '../ui/cn.ts';

const ICONS = { unknown: CircleHelp, private: House, own: Server, other: Globe };

/** A country's flag; a sign for what is in no country. Says nothing to a screen reader: the name stands beside it. */
export function Flag({ code, className }: { code: string; className?: string }) {
  const Sign = ICONS[code as keyof typeof ICONS] ?? (countryName(code) === code ? CircleHelp : null);
  if (Sign !== null) {
    return <Sign aria-hidden className={cn('h-4 w-6 shrink-0 text-ink-faint', className)} />;
  }
  return (
    // biome-ignore lint/performance/noImgElement: a small file of our own, served as it is
    <img
      src={`/flags/${code}.svg`}
      alt=""
      width={24}
      height={16}
      loading="lazy"
      className={cn('h-4 w-6 shrink-0 rounded-[3px] border bg-sunken object-cover', className)}
    />
  );
}
