'use client';

import { useState } from 'react';
import { Controller, type UseFormReturn } from 'react-hook-form';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import { ENGINE_WORDS } from '../../lib/format/balancer.ts';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';
import type { BalancerValues } from './balancer-values.ts';

type Form = UseFormReturn<BalancerValues>;

const ENGINES = Object.entries(ENGINE_WORDS).map(([value, words]) => ({ value, ...words }));

/** What an operator chooses: how it spreads, on which ports, for how many. */
export function MainFields({ form }: { form: Form }) {
  return (
    <div className="grid grid-cols-1 gap-5 sm:grid-cols-2">
      <div className="sm:col-span-2">
        <EngineField form={form} />
      </div>
      <TextField form={form} name="primaryPort" label="First port" hint="TCP and UDP." />
      <TextField form={form} name="secondaryPort" label="Second port" hint="TCP and UDP." />
      <TextField
        form={form}
        name="extraPorts"
        label="More ports"
        hint="Up to 16, with commas: such as 80, 53, 2053, 8443. Each leads where the first port does."
        inputMode="text"
      />
      <TextField
        form={form}
        name="targetSessions"
        label="Sessions to be held at once"
        hint="Workers, connections and open files are computed from it."
      />
    </div>
  );
}

const ADVANCED = [
  'sessionsPerClient',
  'drainSeconds',
  'oldWorkerMinutes',
  'tcpIdleMinutes',
  'udpIdleSeconds',
  'configPath',
] as const;

/** Limits and times most people never touch; in sight by themselves when one of them is refused. */
export function AdvancedFields({ form }: { form: Form }) {
  const [wished, setWished] = useState(false);
  const refused = ADVANCED.some((name) => form.formState.errors[name] !== undefined);
  return (
    <details open={wished || refused} onToggle={(event) => setWished(event.currentTarget.open)}>
      <summary className="cursor-pointer rounded text-ink-muted text-sm hover:text-ink">
        Limits and times
      </summary>
      <div className="mt-4 grid grid-cols-1 gap-5 sm:grid-cols-2">
        <TextField
          form={form}
          name="sessionsPerClient"
          label="Sessions of one client address"
          hint="On one port; empty is no limit. Careful: behind carrier NAT thousands of people share one address, and all but the first few would be refused."
        />
        <TextField
          form={form}
          name="drainSeconds"
          label="Drain time"
          unit="seconds"
          hint="How long a station that is about to stop may finish its sessions; it gets no new ones meanwhile. 0 stops at once."
        />
        <TextField
          form={form}
          name="oldWorkerMinutes"
          label="Sessions from before a reload end after"
          unit="minutes"
          hint="Old nginx workers hold them this long at most; 1 to 10,080."
        />
        <TextField
          form={form}
          name="tcpIdleMinutes"
          label="A silent TCP session ends after"
          unit="minutes"
          hint="Without a byte either way; 1 to 1,440."
        />
        <TextField
          form={form}
          name="udpIdleSeconds"
          label="A silent UDP session ends after"
          unit="seconds"
          hint="Without a datagram either way; 10 to 3,600."
        />
        <TextField
          form={form}
          name="configPath"
          label="Configuration file"
          hint="The main file of the nginx that balances. At another path a second nginx takes over."
          inputMode="text"
        />
      </div>
    </details>
  );
}

function EngineField({ form }: { form: Form }) {
  return (
    <Controller
      control={form.control}
      name="engine"
      render={({ field }) => (
        <Field
          label="Engine"
          error={form.formState.errors.engine?.message}
          hint={ENGINE_WORDS[field.value].description}
        >
          {(props) => (
            <Select
              {...props}
              value={field.value}
              onValueChange={(value) => field.onChange(value as BalancerSettings['engine'])}
              options={ENGINES}
            />
          )}
        </Field>
      )}
    />
  );
}

function TextField(props: {
  form: Form;
  name: Exclude<keyof BalancerValues, 'engine'>;
  label: string;
  hint: string;
  unit?: string;
  inputMode?: 'text' | 'numeric';
}) {
  const { form, name, label, hint, unit, inputMode = 'numeric' } = props;
  return (
    <Field label={label} error={form.formState.errors[name]?.message} hint={hint}>
      {(control) => (
        <Input
          {...control}
          {...form.register(name)}
          {...(unit ? { unit } : {})}
          inputMode={inputMode}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </Field>
  );
}
