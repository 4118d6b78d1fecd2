'use client';

import { ToggleGroup } from 'radix-ui';

export interface SegmentedProps<V extends string> {
  /** What is chosen here, for screen readers. */
  label: string;
  value: V;
  onValueChange: (value: V) => void;
  options: { value: V; label: string }[];
}

/** One of a few, all in sight. */
export function Segmented<V extends string>({ label, value, onValueChange, options }: SegmentedProps<V>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      // Pressing the chosen one again would choose none.
      onValueChange={(next) => (next === '' ? undefined : onValueChange(next as V))}
      className="inline-flex items-center gap-1 rounded-lg bg-sunken p-1"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="h-8 rounded-md px-3 font-medium text-ink-muted text-sm transition-colors hover:text-ink data-[state=on]:bg-surface data-[state=on]:text-ink data-[state=on]:shadow-raised"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
