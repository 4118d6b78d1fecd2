'use client';

import { Check, ChevronDown } from 'lucide-react';
import { Select as Primitive } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';
import { useNonce } from './nonce.tsx';

export interface SelectOption {
  value: string;
  label: string;
  /** A second line in the list. */
  description?: string;
  icon?: ReactNode;
}

export interface SelectProps
  extends Omit<ComponentProps<typeof Primitive.Trigger>, 'onChange' | 'value' | 'children'> {
  value: string;
  onValueChange: (value: string) => void;
  options: SelectOption[];
  placeholder?: string;
}

/** One choice of a list. Label it with `Field`, or `aria-label`. */
export function Select({ value, onValueChange, options, placeholder, className, ...trigger }: SelectProps) {
  const nonce = useNonce();
  return (
    <Primitive.Root value={value} onValueChange={onValueChange}>
      <Primitive.Trigger
        className={cn(
          'flex h-10 w-full items-center justify-between gap-2 rounded-lg border border-line-strong bg-surface px-3 text-left shadow-raised hover:border-ink-faint aria-invalid:border-critical',
          className,
        )}
        {...trigger}
      >
        <span className="truncate">
          <Primitive.Value placeholder={placeholder} />
        </span>
        <Primitive.Icon>
          <ChevronDown className="size-4 text-ink-faint" aria-hidden />
        </Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={6}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) max-w-[calc(100vw-2rem)] animate-rise-in overflow-hidden rounded-xl border bg-surface p-1 shadow-floating"
        >
          <Primitive.Viewport nonce={nonce}>
            {options.map((option) => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                className="relative flex cursor-default select-none items-start gap-2 rounded-lg py-2 pr-8 pl-3 outline-none data-highlighted:bg-sunken"
              >
                {option.icon}
                <span className="flex flex-col">
                  <Primitive.ItemText>{option.label}</Primitive.ItemText>
                  {option.description ? (
                    <span className="text-ink-muted text-sm">{option.description}</span>
                  ) : null}
                </span>
                <Primitive.ItemIndicator className="absolute top-2.5 right-2.5">
                  <Check className="size-4 text-accent-text" aria-hidden />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
