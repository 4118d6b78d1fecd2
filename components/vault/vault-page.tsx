'use client';

import { Archive, ArchiveRestore } from 'lucide-react';
import { useState } from 'react';
import type { Problem } from '../../lib/contract/snapshot.ts';
import { useCall } from '../data/use-call.ts';
import { useLive } from '../live/use-snapshot.tsx';
import { ProblemList } from '../overview/problem-list.tsx';
import { Button } from '../ui/button.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Note } from '../ui/note.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ArchivesCard } from './archives-card.tsx';
import { BackupDialog } from './backup-dialog.tsx';
import { LedgerCard } from './ledger-card.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import { ScheduleCard } from './schedule-card.tsx';
import type { VaultActions } from './vault-actions.ts';

const LOOK_AGAIN_MS = 15_000;

type Open = { dialog: 'backup' } | { dialog: 'restore'; id: string | null };

/** Every station's key: which there are, what is kept of them, and how they come back. */
export function VaultPage({ actions }: { actions: VaultActions }) {
  const query = useCall('vault.get', {}, { pollMs: LOOK_AGAIN_MS });
  const { snapshot } = useLive();
  const [open, setOpen] = useState<Open | null>(null);
  const refetch = () => void query.refetch();
  const close = () => {
    setOpen(null);
    refetch();
  };
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="Keys"
        description="A station’s key carries the reputation it earned over weeks. It is the one thing on this server that cannot be made anew."
        actions={
          <>
            <Button onClick={() => setOpen({ dialog: 'restore', id: null })}>
              <ArchiveRestore aria-hidden />
              Restore
            </Button>
            <Button variant="primary" onClick={() => setOpen({ dialog: 'backup' })}>
              <Archive aria-hidden />
              Back up now
            </Button>
          </>
        }
      />
      <ProblemList problems={(snapshot?.problems ?? []).filter(isOfVault)} />
      <LoadingPanel
        data={query.data}
        error={query.error}
        onRetry={refetch}
        skeleton={<Skeleton className="h-96 w-full rounded-2xl" />}
      >
        {(state) => (
          <>
            {state.archives.length === 0 && state.ledger.length > 0 ? (
              <Note tone="warn" title="These keys exist on this server only">
                If its disk is lost, so are they, and every station begins from nothing. Make a backup and
                keep it elsewhere.
              </Note>
            ) : null}
            <div className="grid gap-6 *:min-w-0 xl:grid-cols-2">
              <ArchivesCard
                archives={state.archives}
                directory={state.directory}
                remove={actions.remove}
                onRestore={(id) => setOpen({ dialog: 'restore', id })}
                onChanged={refetch}
              />
              <ScheduleCard state={state} schedule={actions.schedule} onChanged={refetch} />
            </div>
            <LedgerCard ledger={state.ledger} forget={actions.forget} onChanged={refetch} />
            {open?.dialog === 'backup' ? <BackupDialog create={actions.create} onClose={close} /> : null}
            {open?.dialog === 'restore' ? (
              <RestoreDialog archives={state.archives} chosen={open.id} actions={actions} onClose={close} />
            ) : null}
          </>
        )}
      </LoadingPanel>
    </div>
  );
}

function isOfVault({ code }: Problem): boolean {
  return ['key-alarm', 'key-ledger', 'backup-failed', 'restore-interrupted'].includes(code);
}
