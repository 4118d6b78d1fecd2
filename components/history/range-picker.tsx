'use client';

import { CalendarRange } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { formatInZone, momentInZone, ownZone } from '../../lib/format/zone.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogContent } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { isNamed, RANGES, type Range, type RangeName, rangeErrors } from './range.ts';

const NAMES = Object.keys(RANGES) as RangeName[];

export interface RangePickerProps {
  range: Range | null;
  onChange: (range: Range) => void;
  /** Whose clock the chosen moments are of. */
  zone: string;
  /** Offered before the ranges, such as "Now". */
  first?: { label: string; onChoose: () => void };
  names?: readonly RangeName[];
}

/** A few ranges that end now, and one between two moments of choice. */
export function RangePicker({ range, onChange, zone, first, names = NAMES }: RangePickerProps) {
  const [open, setOpen] = useState(false);
  const value = range === null ? 'now' : isNamed(range) ? range.name : 'chosen';
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Segmented<string>
        label="Time range"
        value={value}
        onValueChange={(next) => (next === 'now' ? first?.onChoose() : onChange({ name: next as RangeName }))}
        options={[
          ...(first === undefined ? [] : [{ value: 'now', label: first.label }]),
          ...names.map((name) => ({ value: name, label: RANGES[name].label })),
        ]}
      />
      <Button aria-pressed={value === 'chosen'} onClick={() => setOpen(true)}>
        <CalendarRange aria-hidden />
        {value === 'chosen' ? 'Chosen range' : 'Choose'}
      </Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent title="Choose a range" description={zoneWords(zone)}>
          <RangeForm
            zone={zone}
            initial={range !== null && !isNamed(range) ? range : null}
            onDone={(chosen) => {
              setOpen(false);
              onChange(chosen);
            }}
          />
        </DialogContent>
      </Dialog>
    </div>
  );
}

function zoneWords(zone: string): string {
  return zone === ownZone() ? `In the time zone of this device (${zone}).` : `In the time zone ${zone}.`;
}

function RangeForm({
  zone,
  initial,
  onDone,
}: {
  zone: string;
  initial: { from: number; to: number } | null;
  onDone: (range: { from: number; to: number }) => void;
}) {
  const now = Date.now();
  const [from, setFrom] = useState(toClock(initial?.from ?? now - 86_400_000, zone));
  const [to, setTo] = useState(toClock(initial?.to ?? now, zone));
  const [errors, setErrors] = useState<{ from?: string; to?: string }>({});
  function submit(event: FormEvent): void {
    event.preventDefault();
    const chosen = { from: momentInZone(from, zone), to: momentInZone(to, zone) };
    const found = rangeErrors(chosen.from, chosen.to, Date.now());
    setErrors(found);
    if (Object.keys(found).length === 0) onDone(chosen);
  }
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <TimeField label="From" value={from} onChange={setFrom} error={errors.from} />
      <TimeField label="To" value={to} onChange={setTo} error={errors.to} />
      <Button type="submit" variant="primary" className="self-end">
        Show
      </Button>
    </form>
  );
}

function TimeField({
  label,
  value,
  onChange,
  error,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}) {
  return (
    <Field label={label} error={error === undefined ? undefined : `${label} ${error}.`}>
      {(control) => (
        <Input
          {...control}
          type="datetime-local"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** As the input of the browser wants it. */
function toClock(at: number, zone: string): string {
  return formatInZone(at, zone).slice(0, 16).replace(' ', 'T');
}
