'use client';

import { useEffect, useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import type { FleetChange, FleetPlan } from '../../lib/contract/fleet.ts';
import type { FleetSettings } from '../../lib/contract/settings.ts';
import { formatBitrate } from '../../lib/format/bytes.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { call } from '../data/use-call.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Select } from '../ui/select.tsx';
import { Switch } from '../ui/switch.tsx';
import { changedSettings, type FleetValues, parseValues, toValues, worstCaseMbps } from './fleet-values.ts';
import { PlanDialog } from './plan-dialog.tsx';

export type ApplyFleet = (input: FleetChange) => Promise<Result<{ jobId: string }>>;

const NETWORKS = [
  {
    value: 'cluster',
    label: 'Cluster: own network behind the balancer',
    description:
      'Ports 443 and 5566 are shared out over all stations. A second address translation may mean fewer direct matches.',
  },
  {
    value: 'host',
    label: "Host: the server's own network",
    description:
      'As v1.x ran them: no balancer, no published ports, direct matches as good as the server allows.',
  },
];

export interface FleetFormProps {
  current: FleetSettings;
  applyFleet: ApplyFleet;
  /** Asks the agent for the settings again. */
  onApplied: () => void;
}

/** How many stations run, and what each may use. Nothing happens before the plan was seen. */
export function FleetForm({ current, applyFleet, onApplied }: FleetFormProps) {
  const { register, control, handleSubmit, setError, watch, reset, formState } = useForm<FleetValues>({
    defaultValues: toValues(current),
  });
  const [review, setReview] = useState<{ plan: FleetPlan; change: FleetChange } | null>(null);
  const preview = useAction(previewPlan);
  const apply = useAction(applyFleet);
  const { open } = useJobs();
  const { errors, isDirty } = formState;
  useLeaveGuard(isDirty);

  const submit = handleSubmit(async (values) => {
    const parsed = parseValues(values);
    if (!parsed.ok) {
      for (const { field, message } of parsed.errors) setError(field, { message }, { shouldFocus: true });
      return;
    }
    const change: FleetChange = { settings: changedSettings(current, parsed.settings) };
    const result = await preview.run(change);
    if (result.ok) setReview({ plan: result.data, change });
  });

  async function confirm(change: FleetChange) {
    const result = await apply.run(change);
    setReview(null);
    if (!result.ok) return;
    reset(watch());
    open(result.data.jobId);
    onApplied();
  }

  const text = (
    name: Exclude<keyof FleetValues, 'loopbackPorts' | 'networkMode'>,
    label: string,
    hint: React.ReactNode,
    unit?: string,
  ) => (
    <Field label={label} error={errors[name]?.message} hint={hint}>
      {(props) => (
        <Input
          {...props}
          {...register(name)}
          {...(unit ? { unit } : {})}
          inputMode={name === 'image' ? 'text' : 'decimal'}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </Field>
  );
  const error = preview.error ?? apply.error;
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-6">
      <Card>
        <CardHeader title="Fleet" description="How many stations run, and which image." />
        <CardBody className="grid grid-cols-1 gap-5 sm:grid-cols-2">
          {text('count', 'Stations', 'Each needs about 130 to 250 MB of memory when it is busy.')}
          {text(
            'maxClients',
            'Users per station',
            'At most 1,000, the limit of one station. 150 to 350 for each CPU is what the makers advise.',
          )}
          <div className="sm:col-span-2">
            {text(
              'image',
              'Image',
              'The station program as a container image; its command line is recognised by itself.',
            )}
          </div>
          <Field
            label="Bandwidth per client"
            error={errors.bandwidthMbps?.message}
            hint={<WorstCase values={watch()} />}
          >
            {(props) => (
              <Input
                {...props}
                {...register('bandwidthMbps')}
                unit="Mbit/s"
                inputMode="decimal"
                autoComplete="off"
              />
            )}
          </Field>
          <Controller
            control={control}
            name="networkMode"
            render={({ field }) => (
              <Field label="Network" hint={NETWORKS.find(({ value }) => value === field.value)?.description}>
                {(props) => (
                  <Select {...props} value={field.value} onValueChange={field.onChange} options={NETWORKS} />
                )}
              </Field>
            )}
          />
        </CardBody>
      </Card>
      <Card>
        <CardHeader
          title="Limits of each station"
          description="CPU and memory change in place; nobody is disconnected."
        />
        <CardBody className="grid grid-cols-1 gap-5 sm:grid-cols-2">
          {text('cpus', 'CPU limit', 'Empty is no limit.', 'CPUs')}
          {text('memoryMb', 'Memory limit', 'Empty is no limit.', 'MB')}
          {text(
            'openFiles',
            'Open files',
            'Where the server allows fewer, a station gets what there is, and the plan says so.',
          )}
          {text(
            'loopbackPortBase',
            'First port for diagnosis',
            'Station 1 is published on 127.0.0.1 one above this.',
          )}
          <Controller
            control={control}
            name="loopbackPorts"
            render={({ field }) => (
              <Field
                label="Publish for diagnosis"
                hint="On 127.0.0.1 only. Costs two small processes for each station; the balancer does not need it."
              >
                {(props) => (
                  <Switch
                    id={props.id}
                    aria-describedby={props['aria-describedby']}
                    checked={field.value}
                    onCheckedChange={field.onChange}
                  />
                )}
              </Field>
            )}
          />
        </CardBody>
      </Card>
      {error ? <ErrorNote error={error} live /> : null}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" variant="primary" size="lg" pending={preview.pending}>
          Review changes
        </Button>
        {isDirty ? (
          <Button size="lg" variant="ghost" onClick={() => reset(toValues(current))}>
            Discard
          </Button>
        ) : null}
      </div>
      {review === null ? null : (
        <PlanDialog
          plan={review.plan}
          pending={apply.pending}
          onApply={() => void confirm(review.change)}
          onClose={() => setReview(null)}
        />
      )}
    </form>
  );
}

function WorstCase({ values }: { values: FleetValues }) {
  const [count, maxClients, bandwidthMbps] = [
    Number(values.count),
    Number(values.maxClients),
    Number(values.bandwidthMbps),
  ];
  const worst = worstCaseMbps({ count, maxClients, bandwidthMbps });
  if (worst === null) return <>For each client, not in all. Unlimited: one client may take all there is.</>;
  if (!Number.isFinite(worst)) return <>For each client, not in all; -1 is unlimited.</>;
  return (
    <>
      For each client, not in all; -1 is unlimited. At the very most {formatBitrate((worst * 1e6) / 8)} for
      the whole fleet.
    </>
  );
}

/** Asks before a page with changes that were not applied is left. */
function useLeaveGuard(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isDirty]);
}

async function previewPlan(change: FleetChange): Promise<Result<FleetPlan>> {
  return { ok: true, data: await call('fleet.plan', change) };
}
