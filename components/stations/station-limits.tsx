'use client';

import { useState } from 'react';
import { fieldErrors } from '../../lib/contract/fields.ts';
import type { FleetChange, FleetPlan, StationDetail } from '../../lib/contract/fleet.ts';
import { type FleetSettings, stationOverrideSchema } from '../../lib/contract/settings.ts';
import { plural } from '../../lib/format/count.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { call } from '../data/use-call.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { draftOf, type LimitDraft, NO_LIMIT, overrideOf } from './limit-values.ts';

export type ApplyFleet = (input: FleetChange) => Promise<Result<{ jobId: string }>>;

const FIELDS = [
  { key: 'maxClients', label: 'Most users', unit: 'users' },
  { key: 'bandwidthMbps', label: 'Bandwidth per client', unit: 'Mbit/s' },
  { key: 'cpus', label: 'CPU limit', unit: 'CPUs' },
  { key: 'memoryMb', label: 'Memory limit', unit: 'MB' },
] as const;

export interface StationLimitsProps {
  detail: StationDetail;
  fleet: FleetSettings;
  applyFleet: ApplyFleet;
  onApplied: () => void;
}

/** What this station does differently from the fleet; an empty field follows the fleet. */
export function StationLimits({ detail, fleet, applyFleet, onApplied }: StationLimitsProps) {
  const [draft, setDraft] = useState<LimitDraft>(() => draftOf(detail.override));
  const [errors, setErrors] = useState<Partial<Record<string, string>>>({});
  const [plan, setPlan] = useState<{ plan: FleetPlan; change: FleetChange } | null>(null);
  const preview = useAction(previewPlan);
  const apply = useAction(applyFleet);
  const { track } = useJobs();

  async function review() {
    const parsed = stationOverrideSchema.safeParse(overrideOf(draft, detail.override));
    if (!parsed.success) {
      setErrors(Object.fromEntries(fieldErrors(parsed.error).map(({ field, message }) => [field, message])));
      return;
    }
    setErrors({});
    const change: FleetChange = { overrides: { [String(detail.index)]: parsed.data } };
    const result = await preview.run(change);
    if (result.ok) setPlan({ plan: result.data, change });
  }

  async function confirm(change: FleetChange) {
    const result = await apply.run(change);
    setPlan(null);
    if (!result.ok) return;
    track(result.data.jobId);
    onApplied();
  }

  const error = preview.error ?? apply.error;
  return (
    <Card>
      <CardHeader title="Limits of this station" description="An empty field follows the fleet's settings." />
      <CardBody className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          {FIELDS.map(({ key, label, unit }) => (
            <Field key={key} label={label} error={errors[key]} hint={hintOf(key, fleet)}>
              {(control) => (
                <Input
                  {...control}
                  inputMode="decimal"
                  unit={unit}
                  value={draft[key]}
                  placeholder={fleetText(fleet[key])}
                  onChange={(event) => setDraft({ ...draft, [key]: event.target.value })}
                />
              )}
            </Field>
          ))}
        </div>
        {error ? <ErrorNote error={error} live /> : null}
        <div>
          <Button variant="primary" pending={preview.pending} onClick={() => void review()}>
            Review the change
          </Button>
        </div>
      </CardBody>
      {plan === null ? null : (
        <AlertDialog
          open
          onOpenChange={(open) => (open ? undefined : setPlan(null))}
          title={plan.plan.steps.length === 0 ? 'Nothing has to change' : `Change ${detail.name}?`}
          description={
            <ul className="flex flex-col gap-1">
              {plan.plan.steps.map((step) => (
                <li key={`${step.action}-${step.index}`}>
                  {step.name}: {step.action}. {step.reason}
                </li>
              ))}
              <li>
                {plan.plan.disconnects > 0
                  ? `About ${plural(plan.plan.disconnects, 'person is', 'people are')} disconnected.`
                  : 'Nobody is disconnected.'}
              </li>
            </ul>
          }
          confirmLabel="Apply"
          tone="primary"
          pending={apply.pending}
          onConfirm={() => void confirm(plan.change)}
        />
      )}
    </Card>
  );
}

function hintOf(key: keyof LimitDraft, fleet: FleetSettings): string {
  const canLift = (key === 'cpus' || key === 'memoryMb') && fleet[key] !== null;
  return `Fleet: ${fleetText(fleet[key])}${canLift ? `; write ${NO_LIMIT} for no limit` : ''}`;
}

function fleetText(value: number | null): string {
  return value === null ? 'no limit' : value === -1 ? 'unlimited' : String(value);
}

async function previewPlan(change: FleetChange): Promise<Result<FleetPlan>> {
  return { ok: true, data: await call('fleet.plan', change) };
}
