'use client';

import { SlidersHorizontal, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { ErrorBody } from '../../lib/contract/errors.ts';
import type { TuningReport } from '../../lib/contract/tuning.ts';
import { formatCount, plural } from '../../lib/format/count.ts';
import { isUnsettled, tuningSentence } from '../../lib/format/tuning.ts';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Time } from '../ui/time.tsx';
import { TuningList, TuningTable } from './tuning-table.tsx';

export interface TuningCardProps {
  report: TuningReport;
  error: ErrorBody | null;
  applying: boolean;
  reverting: boolean;
  onApply: () => void;
  /** Resolves once it is done, well or not. */
  onRevert: () => Promise<unknown>;
}

/** The kernel's parameters as they were, are and would be. */
export function TuningCard({ report, error, applying, reverting, onApply, onRevert }: TuningCardProps) {
  const [shown, setShown] = useState<'all' | 'open'>('all');
  const [asking, setAsking] = useState(false);
  const open = report.rows.filter(isUnsettled);
  // What only waits for a start settles by itself.
  const toDo = open.some((row) => row.state !== 'waiting' || row.drift || row.lost !== null);
  const rows = shown === 'open' ? open : report.rows;
  const ours = report.appliedAt !== null || report.interrupted;
  return (
    <Card aria-label="Kernel parameters">
      <CardHeader
        title="Kernel parameters"
        description={
          <>
            {tuningSentence(report)} For {formatCount(report.wanted.sessions)} sessions and{' '}
            {plural(report.wanted.stations, 'station')}.
            {report.appliedAt === null ? null : (
              <>
                {' '}
                Last set <Time at={report.appliedAt} />.
              </>
            )}
          </>
        }
        actions={
          <>
            {ours ? (
              <Button pending={reverting} onClick={() => setAsking(true)}>
                <Undo2 aria-hidden />
                Revert
              </Button>
            ) : null}
            <Button variant={toDo ? 'primary' : 'secondary'} pending={applying} onClick={onApply}>
              <SlidersHorizontal aria-hidden />
              Tune the kernel
            </Button>
          </>
        }
      />
      <CardBody className="flex flex-col gap-4 px-0 sm:px-0">
        <div className="flex flex-col items-start gap-4 px-5 sm:px-6">
          {error ? <ErrorNote error={error} live /> : null}
          <Segmented
            label="Which parameters"
            value={shown}
            onValueChange={setShown}
            options={[
              { value: 'all', label: `All ${report.rows.length}` },
              { value: 'open', label: `Unsettled ${open.length}` },
            ]}
          />
        </div>
        {rows.length === 0 ? (
          <p className="px-5 text-ink-muted sm:px-6">Every value is as it should be, and stays so.</p>
        ) : (
          <>
            <div className="hidden xl:block">
              <TuningTable rows={rows} />
            </div>
            <div className="xl:hidden">
              <TuningList rows={rows} />
            </div>
          </>
        )}
        {report.files.length === 0 ? null : (
          <p className="break-words px-5 text-ink-muted text-sm sm:px-6">
            Kept over restarts by {report.files.join(', ')}
          </p>
        )}
      </CardBody>
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title="Put the kernel’s parameters back?"
        description="Each gets exactly the value it had before the first tuning, and our files are removed. Sessions that are open stay; at peaks new clients may be refused."
        confirmLabel="Revert"
        tone="primary"
        pending={reverting}
        onConfirm={() => void onRevert().then(() => setAsking(false))}
      />
    </Card>
  );
}
