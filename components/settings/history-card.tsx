'use client';

import { type FormEvent, useState } from 'react';
import type { HistoryState } from '../../lib/contract/history.ts';
import { type HistorySettings, historySettingsSchema } from '../../lib/contract/settings.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatCount } from '../../lib/format/count.ts';
import { formatDuration } from '../../lib/format/time.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Note } from '../ui/note.tsx';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast-store.ts';

export type ConfigureHistory = (input: Partial<HistorySettings>) => Promise<Result<HistoryState>>;

/** How large the record may grow, what it holds, and whether it is whole. */
export function HistoryCard({
  state,
  configure,
  onApplied,
}: {
  state: HistoryState;
  configure: ConfigureHistory;
  onApplied: () => void;
}) {
  return (
    <Card>
      <CardHeader
        title="History"
        description={`The database holds ${formatBytes(state.databaseBytes)}. Fine figures are forgotten as they age, days never.`}
      />
      <CardBody className="flex flex-col gap-5">
        {state.problem === null ? null : <Note tone="critical" title={state.problem} />}
        <SizeForm state={state} configure={configure} onApplied={onApplied} />
        <Table aria-label="What the record holds">
          <TableHeader>
            <tr>
              <TableHead>One for each</TableHead>
              <TableHead>Kept for</TableHead>
              <TableHead numeric className="hidden sm:table-cell">
                Points
              </TableHead>
              <TableHead numeric>Since</TableHead>
            </tr>
          </TableHeader>
          <TableBody>
            {state.tiers.map(({ bucketSeconds, keepSeconds, buckets, oldest }) => (
              <TableRow key={bucketSeconds}>
                <TableCell>{formatDuration(bucketSeconds * 1000)}</TableCell>
                <TableCell>{keepSeconds === null ? 'ever' : formatDuration(keepSeconds * 1000)}</TableCell>
                <TableCell numeric className="hidden sm:table-cell">
                  {formatCount(buckets)}
                </TableCell>
                <TableCell numeric>{oldest === null ? '–' : <Time at={oldest} />}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
        <p className="text-ink-muted text-sm">
          {state.check === null ? (
            'The database is read through and checked once a day.'
          ) : (
            <>
              {state.check.ok ? 'Found whole ' : `Damaged: ${state.check.message ?? ''} – found `}
              <Time at={state.check.at} />.
            </>
          )}
        </p>
      </CardBody>
    </Card>
  );
}

function SizeForm({
  state,
  configure,
  onApplied,
}: {
  state: HistoryState;
  configure: ConfigureHistory;
  onApplied: () => void;
}) {
  const saved = String(state.settings.maxMegabytes);
  const [text, setText] = useState(saved);
  const [error, setError] = useState<string | undefined>();
  const action = useAction(configure);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const parsed = historySettingsSchema.safeParse({
      maxMegabytes: text.trim() === '' ? Number.NaN : Number(text),
    });
    if (!parsed.success) return setError(parsed.error.issues[0]?.message);
    const result = await action.run(parsed.data);
    setError(result.ok ? undefined : (result.error.fields?.[0]?.message ?? result.error.message));
    if (!result.ok) return;
    toast({ tone: 'ok', title: 'The size limit is saved' });
    onApplied();
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-wrap items-end gap-3">
      <Field
        label="At most, MB"
        hint="Above it the finest figures go early."
        error={error}
        className="w-full sm:w-64"
      >
        {(control) => (
          <Input
            {...control}
            value={text}
            onChange={(event) => setText(event.target.value)}
            inputMode="numeric"
          />
        )}
      </Field>
      <Button type="submit" pending={action.pending} disabled={text === saved} className="sm:mb-6">
        Save
      </Button>
    </form>
  );
}
