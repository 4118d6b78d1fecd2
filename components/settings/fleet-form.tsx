'use client';

import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { FleetChange, FleetPlan } from '../../lib/contract/fleet.ts';
import type { FleetSettings } from '../../lib/contract/settings.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { call } from '../data/use-call.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { CapacityHint } from './capacity-hint.tsx';
import { FleetCard, HungCard, LimitsCard } from './fleet-fields.tsx';
import { changedSettings, type FleetValues, parseValues, toValues } from './fleet-values.ts';
import { LeaveGuard } from './leave-guard.tsx';
import { PlanDialog } from './plan-dialog.tsx';

export type ApplyFleet = (input: FleetChange) => Promise<Result<{ jobId: string }>>;

export interface FleetFormProps {
  current: FleetSettings;
  applyFleet: ApplyFleet;
  /** Asks the agent for the settings again. */
  onApplied: () => void;
}

/** How many stations run, and what each may use. Nothing happens before the plan was seen. */
export function FleetForm({ current, applyFleet, onApplied }: FleetFormProps) {
  const form = useForm<FleetValues>({ defaultValues: toValues(current) });
  const { handleSubmit, setError, getValues, reset, formState } = form;
  const [review, setReview] = useState<{ plan: FleetPlan; change: FleetChange } | null>(null);
  const preview = useAction(previewPlan);
  const apply = useAction(applyFleet);
  const { open } = useJobs();
  const { isDirty } = formState;

  const submit = handleSubmit(async (values) => {
    const parsed = parseValues(values);
    if (!parsed.ok) {
      parsed.errors.forEach(({ field, message }, index) => {
        setError(field, { message }, { shouldFocus: index === 0 });
      });
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
    reset(getValues());
    open(result.data.jobId);
    onApplied();
  }

  const error = preview.error ?? apply.error;
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-6">
      <LeaveGuard dirty={isDirty} />
      <FleetCard form={form} hint={<CapacityHint form={form} />} />
      <LimitsCard form={form} />
      <HungCard form={form} />
      {error ? <ErrorNote error={error} live /> : null}
      {/* While something is changed the buttons stay in reach, above the pages' bar of a phone. */}
      <div
        className={
          isDirty
            ? 'sticky bottom-[4.75rem] z-20 flex flex-wrap items-center gap-3 rounded-xl border bg-surface p-3 shadow-floating lg:bottom-4'
            : 'flex flex-wrap items-center gap-3'
        }
      >
        <Button type="submit" variant="primary" size="lg" pending={preview.pending}>
          Review changes
        </Button>
        {isDirty ? (
          <>
            <Button size="lg" variant="ghost" onClick={() => reset(toValues(current))}>
              Discard
            </Button>
            <span className="ml-auto hidden text-ink-muted text-sm sm:block">Not applied yet</span>
          </>
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

async function previewPlan(change: FleetChange): Promise<Result<FleetPlan>> {
  return { ok: true, data: await call('fleet.plan', change) };
}
