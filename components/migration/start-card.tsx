'use client';

import { ArrowRight } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import type { MigrationReport } from '../../lib/contract/migration.ts';
import { fleetSettingsSchema } from '../../lib/contract/settings.ts';
import { plural } from '../../lib/format/count.ts';
import { useAction } from '../data/use-action.ts';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { ErrorNote, Note, withCode } from '../ui/note.tsx';
import type { MigrationActions } from './migration-page.tsx';

export interface StartCardProps {
  report: MigrationReport;
  start: MigrationActions['start'];
  /** Another job runs. */
  busy: boolean;
  onStarted: (jobId: string) => void;
}

/** What would be done, in order, and the button that does it. */
export function StartCard({ report, start, busy, onStarted }: StartCardProps) {
  const goesOn = report.migration?.state === 'running';
  const [count, setCount] = useState(String(goesOn ? report.migration?.count : report.proposedCount));
  const [shred, setShred] = useState(false);
  const [wrong, setWrong] = useState<string | undefined>();
  const [asking, setAsking] = useState(false);
  const action = useAction(start);

  function review(event: FormEvent) {
    event.preventDefault();
    const parsed = fleetSettingsSchema.shape.count.safeParse(count.trim() === '' ? undefined : Number(count));
    setWrong(parsed.success ? undefined : (parsed.error.issues[0]?.message ?? 'is not valid'));
    setAsking(parsed.success);
  }

  async function confirm() {
    const result = await action.run({ count: Number(count), shredAddresses: shred });
    setAsking(false);
    if (result.ok) onStarted(result.data.jobId);
    else setWrong(result.error.fields?.find(({ field }) => field === 'count')?.message);
  }

  return (
    <Card aria-label="What would happen">
      <CardHeader
        title={goesOn ? 'Go on with it' : 'What would happen'}
        description={
          goesOn
            ? 'What is done stays done; the rest follows in the same order.'
            : 'In this order. Each step can be undone, and gone on with after a crash.'
        }
      />
      <CardBody className="flex flex-col gap-6">
        {goesOn ? null : <Steps steps={report.steps} />}
        {report.obstacle === null ? (
          <form onSubmit={review} noValidate className="flex max-w-xl flex-col gap-5 border-t pt-6">
            <Field
              label="Stations afterwards"
              error={wrong}
              hint="Those that are taken over come first; new ones fill up to this number. It can be changed at any time."
            >
              {(control) => (
                <Input
                  {...control}
                  type="number"
                  inputMode="numeric"
                  min={1}
                  className="max-w-40"
                  value={count}
                  onChange={({ target }) => setCount(target.value)}
                />
              )}
            </Field>
            <Shred report={report} checked={shred} onChange={setShred} />
            {action.error && wrong === undefined ? <ErrorNote error={action.error} live /> : null}
            <div>
              <Button
                type="submit"
                variant="primary"
                size="lg"
                disabled={busy}
                aria-describedby={busy ? 'migration-busy' : undefined}
              >
                {goesOn ? 'Go on' : 'Take them over'}
                <ArrowRight aria-hidden />
              </Button>
              {busy ? (
                <p id="migration-busy" className="mt-2 text-ink-muted text-sm">
                  A job is under way; see the lower edge of the page.
                </p>
              ) : null}
            </div>
          </form>
        ) : (
          <Note tone="accent" title="It cannot begin now">
            {withCode(report.obstacle)}
          </Note>
        )}
      </CardBody>
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title={goesOn ? 'Go on with the migration?' : 'Take the stations over?'}
        description={<Consequences report={report} count={Number(count)} shred={shred} />}
        confirmLabel={goesOn ? 'Go on' : 'Take them over'}
        tone={shred ? 'danger' : 'primary'}
        pending={action.pending}
        onConfirm={() => void confirm()}
      />
    </Card>
  );
}

function Steps({ steps }: { steps: readonly string[] }) {
  return (
    <ol className="flex flex-col gap-2">
      {steps.map((step, at) => (
        <li key={step} className="flex gap-3">
          <span className="w-6 shrink-0 text-right text-ink-faint tabular-nums" aria-hidden>
            {at + 1}
          </span>
          <span className="min-w-0 break-words">{step}</span>
        </li>
      ))}
    </ol>
  );
}

interface ShredProps {
  report: MigrationReport;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

function Shred({ report, checked, onChange }: ShredProps) {
  const id = useId();
  const files = report.traffic?.addressFiles ?? [];
  if (files.length === 0) return null;
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  return (
    <div className="flex gap-3">
      <Checkbox
        id={id}
        className="mt-0.5"
        checked={checked}
        onCheckedChange={(on) => onChange(on === true)}
        aria-describedby={`${id}-why`}
      />
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="font-medium">
          Destroy the old tracker’s files with client addresses
        </label>
        <p id={`${id}-why`} className="text-ink-muted text-sm">
          {plural(files.length, 'file')} with {plural(lines, 'line')}: whoever gets hold of this server could
          read who was connected. They are overwritten and removed as the last step. This cannot be undone, a
          way back does not bring them back, and a disk that moves what it writes may keep copies. If you
          leave this off, they stay where they are.
        </p>
      </div>
    </div>
  );
}

function Consequences({ report, count, shred }: { report: MigrationReport; count: number; shred: boolean }) {
  const moving = report.stations.filter(({ obstacle }) => obstacle === null).length;
  return (
    <div className="flex flex-col gap-2">
      <p>
        {moving > 0
          ? `${plural(moving, 'station moves', 'stations move')} one after another. The clients of each are cut off once, for some seconds; those of the others stay connected until it is their turn.`
          : 'The stations have moved; what follows cuts nobody off.'}
      </p>
      <p>Afterwards {plural(count, 'station')} stand behind the balancer, each with its own key.</p>
      {shred ? (
        <p className="font-medium text-ink">
          At the end the files with client addresses are destroyed. That part has no way back.
        </p>
      ) : null}
    </div>
  );
}
