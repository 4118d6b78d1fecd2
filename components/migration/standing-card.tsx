'use client';

import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { MigrationState } from '../../lib/contract/migration.ts';
import { plural } from '../../lib/format/count.ts';
import { MIGRATION_WORDS } from '../../lib/format/migration.ts';
import { useAction } from '../data/use-action.ts';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import type { MigrationActions } from './migration-page.tsx';

const TONES: Record<MigrationState['state'], Tone> = {
  running: 'critical',
  migrated: 'ok',
  'rolling-back': 'critical',
  'rolled-back': 'neutral',
};

export interface StandingCardProps {
  migration: MigrationState;
  rollBack: MigrationActions['rollBack'];
  /** Another job runs, perhaps this one. */
  busy: boolean;
  onStarted: (jobId: string) => void;
}

/** The newest migration: how far it came, where its keys and files lie, and the way back. */
export function StandingCard({ migration, rollBack, busy, onStarted }: StandingCardProps) {
  const { state, startedAt, directory, stations } = migration;
  const [asking, setAsking] = useState(false);
  const action = useAction(rollBack);
  const interrupted = !busy && (state === 'running' || state === 'rolling-back');

  async function confirm() {
    const result = await action.run({});
    setAsking(false);
    if (result.ok) onStarted(result.data.jobId);
  }

  return (
    <Card aria-label="The migration">
      <CardHeader
        title="The migration"
        description={
          <>
            Begun <Time at={startedAt} />
          </>
        }
        actions={
          state === 'rolled-back' ? null : (
            <Button disabled={busy} pending={action.pending} onClick={() => setAsking(true)}>
              <Undo2 aria-hidden />
              {state === 'rolling-back' ? 'Finish the way back' : 'Roll back'}
            </Button>
          )
        }
      />
      <CardBody className="flex flex-col gap-4">
        <div className="flex flex-wrap items-center gap-3">
          <Badge tone={busy && state !== 'migrated' && state !== 'rolled-back' ? 'accent' : TONES[state]}>
            {busy && state === 'running'
              ? 'under way'
              : busy && state === 'rolling-back'
                ? 'on its way back'
                : MIGRATION_WORDS[state]}
          </Badge>
          <span className="min-w-0 break-all text-ink-muted text-sm">
            Keys and files of before: {directory}
          </span>
        </div>
        {interrupted ? (
          <Note tone="critical" title="It was interrupted">
            {state === 'running'
              ? 'Some stations may have moved and others not. Every key is saved, and nothing was deleted. Go on below, or roll back.'
              : 'Finish the way back. Every key is saved, and nothing was deleted.'}
          </Note>
        ) : null}
        {action.error ? <ErrorNote error={action.error} live /> : null}
        {state === 'rolled-back' ? null : <Stations stations={stations} />}
      </CardBody>
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title="Bring the older manager back?"
        description={
          <div className="flex flex-col gap-2">
            <p>
              This fleet and its balancer stop, and everybody connected to them is cut off. Then{' '}
              {plural(
                stations.length,
                'container of the older manager starts',
                'containers of the older manager start',
              )}{' '}
              again as they were, with their keys; its files, services, nginx’s configuration and the kernel’s
              parameters are put back.
            </p>
            <p>
              Volumes of stations that were made since stay. Files that were destroyed do not come back. The
              command <code>conduit</code> is the older manager’s again.
            </p>
          </div>
        }
        confirmLabel="Roll back"
        pending={action.pending}
        onConfirm={() => void confirm()}
      />
    </Card>
  );
}

function Stations({ stations }: Pick<MigrationState, 'stations'>) {
  return (
    <ul aria-label="Stations that were taken over" className="grid gap-x-8 gap-y-3 md:grid-cols-2">
      {stations.map(({ station, name, proxyId, done }) => (
        <li key={station} className="flex min-w-0 items-start gap-3">
          <Badge tone={done ? 'ok' : 'neutral'}>{done ? 'moved' : 'waits'}</Badge>
          <span className="flex min-w-0 flex-col">
            <span>
              {name} {done ? 'is' : 'becomes'} station {station}
            </span>
            <span className="break-all font-mono text-ink-muted text-xs">{proxyId}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
