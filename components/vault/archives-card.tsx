'use client';

import { Archive, ArchiveRestore, Download, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { VaultArchive } from '../../lib/contract/vault.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatDateTime } from '../../lib/format/time.ts';
import { kindWords } from '../../lib/format/vault.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardHeader } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';

export interface ArchivesCardProps {
  archives: VaultArchive[];
  directory: string;
  remove: (input: { id: string }) => Promise<Result<{ ok: true }>>;
  onRestore: (id: string) => void;
  onChanged: () => void;
}

/** The archives on this server: to be taken elsewhere, and to be restored from. */
export function ArchivesCard({ archives, directory, remove, onRestore, onChanged }: ArchivesCardProps) {
  const [asked, setAsked] = useState<VaultArchive | null>(null);
  const action = useAction(remove);

  async function carryOut({ id }: VaultArchive) {
    await action.run({ id });
    setAsked(null);
    onChanged();
  }

  return (
    <Card className="flex flex-col">
      <CardHeader
        title="Archives"
        description={
          <>
            Sealed in the age format, in <code className="break-all font-mono">{directory}</code>. A copy
            belongs on another machine.
          </>
        }
        className="pb-4"
      />
      {action.error ? <ErrorNote error={action.error} live className="mx-5 mb-4 sm:mx-6" /> : null}
      {archives.length === 0 ? (
        <EmptyState icon={Archive} title="No archive yet" className="py-8">
          “Back up now” makes one within seconds.
        </EmptyState>
      ) : (
        <ul
          aria-label="Archives"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
          tabIndex={0}
          className="max-h-96 divide-y overflow-y-auto rounded-b-2xl border-t"
        >
          {archives.map((archive) => (
            <li key={archive.id} className="flex items-center gap-3 px-5 py-2.5 sm:px-6">
              <span className="flex min-w-0 flex-1 flex-col">
                <Time at={archive.at} show="absolute" className="font-medium" />
                <span className="break-words text-ink-muted text-sm">
                  {kindWords(archive.kind)}, {formatBytes(archive.bytes)}
                  {archive.kind === 'brought' ? <span className="block break-all">{archive.id}</span> : null}
                </span>
              </span>
              <span className="flex gap-1">
                <Button size="sm" variant="ghost" asChild>
                  <a href={`/api/vault/${archive.id}`} download aria-label={`Download ${archive.id}`}>
                    <Download aria-hidden />
                    <span className="hidden sm:inline">Download</span>
                  </a>
                </Button>
                <Button size="sm" onClick={() => onRestore(archive.id)} aria-label={`Restore ${archive.id}`}>
                  <ArchiveRestore aria-hidden />
                  <span className="hidden sm:inline">Restore</span>
                </Button>
                <Button
                  size="icon-sm"
                  variant="ghost"
                  onClick={() => setAsked(archive)}
                  aria-label={`Remove ${archive.id}`}
                >
                  <Trash2 aria-hidden />
                </Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {asked === null ? null : (
        <AlertDialog
          open
          onOpenChange={(on) => (on ? undefined : setAsked(null))}
          title={`Remove the archive of ${formatDateTime(asked.at)}?`}
          description={<p className="break-words">{asked.id} is removed from this server for ever.</p>}
          confirmLabel="Remove"
          pending={action.pending}
          onConfirm={() => void carryOut(asked)}
        />
      )}
    </Card>
  );
}
