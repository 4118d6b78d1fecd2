'use client';

import { type FormEvent, useState } from 'react';
import { type VaultScheduleChange, type VaultState, vaultScheduleSchema } from '../../lib/contract/vault.ts';
import { scheduleSentence } from '../../lib/format/vault.ts';
import { useAction } from '../data/use-action.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { Select } from '../ui/select.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast-store.ts';
import {
  NewPassphrase,
  type PassphraseErrors,
  PasswordAgain,
  passphraseErrors,
  passwordFault,
} from './new-passphrase.tsx';
import type { VaultActions } from './vault-actions.ts';

export interface ScheduleCardProps {
  state: VaultState;
  schedule: VaultActions['schedule'];
  onChanged: () => void;
}

const INTERVALS = [
  { value: '0', label: 'Never' },
  { value: '6', label: 'Every 6 hours' },
  { value: '24', label: 'Every day' },
  { value: '168', label: 'Every week' },
];

/** Backups by the clock. */
export function ScheduleCard({ state, schedule, onChanged }: ScheduleCardProps) {
  const { lastScheduledAt: last, failure } = state;
  return (
    <Card>
      <CardHeader
        title="By the clock"
        description={
          <>
            {scheduleSentence(state.schedule)}
            {last === null ? null : (
              <>
                {' '}
                The last one was made <Time at={last} />.
              </>
            )}
          </>
        }
      />
      <CardBody className="flex flex-col gap-5">
        {failure === null ? null : (
          <Note tone="critical" title="The last one failed">
            {failure}
          </Note>
        )}
        <ScheduleForm
          key={JSON.stringify(state.schedule)}
          state={state}
          schedule={schedule}
          onChanged={onChanged}
        />
      </CardBody>
    </Card>
  );
}

function ScheduleForm({ state, schedule, onChanged }: ScheduleCardProps) {
  const saved = state.schedule;
  const [every, setEvery] = useState(String(saved.everyHours));
  const [keep, setKeep] = useState(String(saved.keep));
  const [history, setHistory] = useState(saved.history);
  const [renew, setRenew] = useState(false);
  const [passphrase, setPassphrase] = useState({ passphrase: '', again: '' });
  const [password, setPassword] = useState('');
  const [errors, setErrors] = useState<PassphraseErrors & { keep?: string }>({});
  const action = useAction(schedule);
  const isOn = every !== '0';
  const asks = isOn && (renew || !state.hasPassphrase);
  const isDirty =
    every !== String(saved.everyHours) || keep !== String(saved.keep) || history !== saved.history || asks;

  async function submit(event: FormEvent) {
    event.preventDefault();
    const parsed = vaultScheduleSchema.safeParse({
      everyHours: Number(every),
      keep: keep.trim() === '' ? Number.NaN : Number(keep),
      history,
    });
    const found = asks ? passphraseErrors(passphrase) : {};
    const wrong = parsed.success ? found : { ...found, keep: parsed.error.issues[0]?.message ?? '' };
    setErrors(wrong);
    if (!parsed.success || Object.keys(wrong).length > 0) return;
    const change: VaultScheduleChange = {
      ...parsed.data,
      ...(asks ? { passphrase: passphrase.passphrase, password } : {}),
    };
    const result = await action.run(change);
    if (!result.ok) return;
    setRenew(false);
    setPassphrase({ passphrase: '', again: '' });
    setPassword('');
    toast({ tone: 'ok', title: isOn ? 'Backups are scheduled' : 'No backup is scheduled' });
    onChanged();
  }

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-5" method="post">
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label="How often">
          {(control) => (
            <Select
              {...control}
              value={every}
              onValueChange={setEvery}
              options={intervalsWith(saved.everyHours)}
            />
          )}
        </Field>
        <Field label="Keep the newest" error={errors.keep}>
          {(control) => (
            <Input
              {...control}
              value={keep}
              onChange={(event) => setKeep(event.target.value)}
              inputMode="numeric"
              unit="archives"
              disabled={!isOn}
            />
          )}
        </Field>
      </div>
      {isOn ? (
        <>
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is the box of radix inside */}
          <label className="flex items-center gap-3">
            <Checkbox checked={history} onCheckedChange={(checked) => setHistory(checked === true)} />
            With the history
          </label>
          {asks ? (
            <>
              <Note tone="accent" title="This passphrase is kept on the server">
                For root alone, who can read the keys themselves. Take one you use for nothing else, and keep
                it elsewhere too.
              </Note>
              <NewPassphrase values={passphrase} errors={errors} onChange={setPassphrase} />
              <PasswordAgain value={password} error={action.error} onChange={setPassword} />
            </>
          ) : (
            <Button variant="link" size="sm" className="self-start" onClick={() => setRenew(true)}>
              Set another passphrase
            </Button>
          )}
        </>
      ) : null}
      {action.error && passwordFault(action.error) === undefined ? (
        <ErrorNote error={action.error} live />
      ) : null}
      <Button type="submit" className="self-start" pending={action.pending} disabled={!isDirty}>
        Save the schedule
      </Button>
    </form>
  );
}

/** One that was set at the terminal is offered, too. */
function intervalsWith(everyHours: number) {
  const value = String(everyHours);
  return INTERVALS.some((one) => one.value === value)
    ? INTERVALS
    : [...INTERVALS, { value, label: `Every ${value} hours` }];
}
