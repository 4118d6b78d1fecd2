'use client';

import { Archive, Eye, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import { backupOwner } from '../../lib/format/balancer.ts';
import { restoreQuestion } from '../../lib/format/balancer-questions.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatDateTime } from '../../lib/format/time.ts';
import { useAction } from '../data/use-action.ts';
import { useCall } from '../data/use-call.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardHeader } from '../ui/card.tsx';
import { Dialog, DialogClose, DialogContent } from '../ui/dialog.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast-store.ts';
import { ActionError } from './action-error.tsx';
import { ConfigText } from './config-text.tsx';
import { QuestionDialog } from './question-dialog.tsx';
import type { BalancerActions } from './use-balancer.ts';

type Backup = BalancerDetail['backups'][number];

/** Earlier configurations: to be read, and to be put back. */
export function BackupsCard({
  detail,
  restore,
  onRestored,
}: {
  detail: BalancerDetail;
  restore: BalancerActions['restore'];
  onRestored: (detail: BalancerDetail) => void;
}) {
  const [viewed, setViewed] = useState<Backup | null>(null);
  const [asked, setAsked] = useState<Backup | null>(null);
  const action = useAction(restore);

  async function carryOut({ id }: Backup) {
    const result = await action.run({ id });
    setAsked(null);
    if (!result.ok) return;
    onRestored(result.data);
    toast({ tone: 'warn', title: 'Restored and held', description: 'Apply follows the fleet again.' });
  }

  return (
    <Card className="flex flex-col">
      <CardHeader
        title="Backups"
        description="What stood there before each change; the newest 20 and your original."
        className="pb-4"
      />
      {action.error ? (
        <div className="px-5 pb-4 sm:px-6">
          <ActionError error={action.error} />
        </div>
      ) : null}
      {detail.backups.length === 0 ? (
        <EmptyState icon={Archive} title="No backup yet" className="py-8">
          One is kept before the configuration is written for the first time.
        </EmptyState>
      ) : (
        <ul
          aria-label="Backups"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
          tabIndex={0}
          className="max-h-96 divide-y overflow-y-auto rounded-b-2xl border-t"
        >
          {detail.backups.map((backup) => (
            <li key={backup.id} className="flex items-center gap-3 px-5 py-2.5 sm:px-6">
              <span className="flex min-w-0 flex-1 flex-col">
                <Time at={backup.at} show="absolute" className="font-medium" />
                <span className="text-ink-muted text-sm">
                  {backupOwner(backup)}, {formatBytes(backup.bytes)}
                </span>
              </span>
              <span className="flex gap-2">
                <Button
                  size="sm"
                  variant="ghost"
                  aria-label={`View ${nameOf(backup)}`}
                  onClick={() => setViewed(backup)}
                >
                  <Eye aria-hidden />
                  <span className="hidden sm:inline">View</span>
                </Button>
                <Button size="sm" aria-label={`Restore ${nameOf(backup)}`} onClick={() => setAsked(backup)}>
                  <Undo2 aria-hidden />
                  <span className="hidden sm:inline">Restore</span>
                </Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {viewed === null ? null : <BackupDialog backup={viewed} onClose={() => setViewed(null)} />}
      {asked === null ? null : (
        <QuestionDialog
          question={restoreQuestion(detail, asked)}
          confirmLabel="Restore and hold"
          tone="danger"
          pending={action.pending}
          onConfirm={() => void carryOut(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </Card>
  );
}

function BackupDialog({ backup, onClose }: { backup: Backup; onClose: () => void }) {
  const query = useCall('balancer.backup', { id: backup.id });
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent
        title={formatDateTime(backup.at)}
        description={`${backupOwner(backup)}, ${formatBytes(backup.bytes)}. ${backup.id}`}
        className="sm:max-w-3xl"
        footer={
          <DialogClose asChild>
            <Button>Close</Button>
          </DialogClose>
        }
      >
        <LoadingPanel data={query.data} error={query.error} onRetry={() => void query.refetch()}>
          {({ text }) => <ConfigText label="The kept configuration" text={text} />}
        </LoadingPanel>
      </DialogContent>
    </Dialog>
  );
}

/** The date alone may stand there twice. */
function nameOf({ id }: Backup): string {
  return `backup ${id}`;
}
