'use client';

import { Controller, type UseFormReturn, useForm } from 'react-hook-form';
import type { TrackerState } from '../../lib/contract/countries.ts';
import type { TrackerSettings } from '../../lib/contract/settings.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Select } from '../ui/select.tsx';
import { toast } from '../ui/toast-store.ts';
import {
  parseTrackerValues,
  type TrackerFieldError,
  type TrackerValues,
  toTrackerValues,
} from './tracker-values.ts';

export type ConfigureTracker = (input: Partial<TrackerSettings>) => Promise<Result<TrackerState>>;

type Form = UseFormReturn<TrackerValues>;

/** What watches the network card for the countries of clients. */
export function TrackerForm({
  settings,
  configure,
  onApplied,
}: {
  settings: TrackerSettings;
  configure: ConfigureTracker;
  onApplied: () => void;
}) {
  const form = useForm<TrackerValues>({ defaultValues: toTrackerValues(settings) });
  const { handleSubmit, setError, formState, reset } = form;
  const action = useAction(configure);
  const submit = handleSubmit(async (values) => {
    const fail = (errors: readonly TrackerFieldError[]) => {
      errors.forEach(({ field, message }, index) => {
        setError(field, { message }, { shouldFocus: index === 0 });
      });
    };
    const parsed = parseTrackerValues(values);
    if (!parsed.ok) return fail(parsed.errors);
    const result = await action.run(parsed.settings);
    if (!result.ok) return fail((result.error.fields ?? []) as TrackerFieldError[]);
    reset(values);
    toast({ tone: 'ok', title: 'The tracker has its new settings' });
    onApplied();
  });
  return (
    <form id="countries" onSubmit={(event) => void submit(event)} noValidate className="scroll-mt-6">
      <Card>
        <CardHeader
          title="Countries"
          description="Stations of 2.x report their countries themselves. The tracker counts what passes the network card, for older images; no address is kept."
        />
        <CardBody className="flex flex-col gap-5">
          <div className="grid grid-cols-1 gap-5 sm:grid-cols-2">
            <Choice form={form} name="preset" label="What the tracker watches" options={PRESETS} />
            <Choice form={form} name="capture" label="How it counts" options={CAPTURES} />
            <Text
              form={form}
              name="interface"
              label="Interface"
              hint="Empty: the one that leads to the internet, wherever that moves."
            />
            <Text
              form={form}
              name="geoipPath"
              label="Database of countries"
              hint="Empty: the built-in one. Or the path of a GeoLite2 or GeoIP2 file (.mmdb) on this server."
            />
            <Text
              form={form}
              name="foldBelow"
              label="Name countries from this many clients"
              hint="Those with fewer are shown as “Other countries”, in downloads and for scrapers, too. 0 names all."
              inputMode="numeric"
            />
          </div>
          {action.error ? <ErrorNote error={action.error} live /> : null}
          <div className="flex flex-wrap gap-3">
            <Button type="submit" pending={action.pending} disabled={!formState.isDirty}>
              Apply to the tracker
            </Button>
            {formState.isDirty ? (
              <Button variant="ghost" onClick={() => reset(toTrackerValues(settings))}>
                Discard
              </Button>
            ) : null}
          </div>
        </CardBody>
      </Card>
    </form>
  );
}

const PRESETS = [
  { value: 'frontend', label: 'The balancer’s ports', description: 'Clients that come in by the balancer' },
  { value: 'all', label: 'Everything but SSH', description: 'The stations’ own connections are in it, too' },
  { value: 'off', label: 'Nothing', description: 'Only what stations report is shown' },
];
const CAPTURES = [
  { value: 'kernel', label: 'In the kernel', description: 'nftables adds up; no packet is copied' },
  { value: 'tcpdump', label: 'With tcpdump', description: 'The head of each packet is read' },
];

function Choice({
  form,
  name,
  label,
  options,
}: {
  form: Form;
  name: 'preset' | 'capture';
  label: string;
  options: { value: string; label: string; description: string }[];
}) {
  return (
    <Controller
      control={form.control}
      name={name}
      render={({ field, fieldState }) => (
        <Field label={label} error={fieldState.error?.message}>
          {(control) => (
            <Select {...control} value={field.value} onValueChange={field.onChange} options={options} />
          )}
        </Field>
      )}
    />
  );
}

function Text({
  form,
  name,
  label,
  hint,
  inputMode = 'text',
}: {
  form: Form;
  name: 'interface' | 'geoipPath' | 'foldBelow';
  label: string;
  hint: string;
  inputMode?: 'text' | 'numeric';
}) {
  return (
    <Field label={label} hint={hint} error={form.formState.errors[name]?.message}>
      {(control) => (
        <Input
          {...control}
          {...form.register(name)}
          inputMode={inputMode}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </Field>
  );
}
