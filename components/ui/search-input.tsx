import { Search } from 'lucide-react';
import { cn } from './cn.ts';
import { Input } from './input.tsx';

export interface SearchInputProps {
  /** Placeholder and name for screen readers alike. */
  label: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}

/** A field to find something by. */
export function SearchInput({ label, value, onChange, className }: SearchInputProps) {
  return (
    <div className={cn('relative', className)}>
      <Search className="pointer-events-none absolute top-3 left-3 size-4 text-ink-faint" aria-hidden />
      <Input
        type="search"
        placeholder={label}
        aria-label={label}
        className="pl-9"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
