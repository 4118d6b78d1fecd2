'use client';

import { KeyRound } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import type { LedgerEntry } from '../../lib/contract/vault.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardHeader } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { SearchInput } from '../ui/search-input.tsx';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { RowSpacer, useWindowRows } from '../ui/use-window-rows.tsx';
import { findEntries, ledgerSentence, stationName } from './vault-words.ts';

export interface LedgerCardProps {
  ledger: LedgerEntry[];
  forget: (input: { volume: string }) => Promise<Result<{ ok: true }>>;
  onChanged: () => void;
}

/** Below this many a search would be in the way. */
const WORTH_SEARCHING = 12;

/** Every identity that was seen, by volume, and what is wrong with it. */
export function LedgerCard({ ledger, forget, onChanged }: LedgerCardProps) {
  const [text, setText] = useState('');
  const [asked, setAsked] = useState<LedgerEntry | null>(null);
  const action = useAction(forget);
  const search = useDeferredValue(text);
  const shown = useMemo(() => findEntries(ledger, search), [ledger, search]);

  async function carryOut({ volume }: LedgerEntry) {
    await action.run({ volume });
    setAsked(null);
    onChanged();
  }

  return (
    <Card className="overflow-clip" aria-label="Identities">
      <CardHeader
        title="Identities"
        description={ledgerSentence(ledger)}
        className="pb-4"
        actions={
          ledger.length < WORTH_SEARCHING ? null : (
            <SearchInput label="Find a key" value={text} onChange={setText} className="w-44 sm:w-56" />
          )
        }
      />
      {action.error ? <ErrorNote error={action.error} live className="mx-5 mb-4 sm:mx-6" /> : null}
      {ledger.length === 0 ? (
        <EmptyState icon={KeyRound} title="No key yet" className="py-8">
          A station makes its key when it first starts. Bring keys of an earlier server back with Restore.
        </EmptyState>
      ) : (
        <>
          <div className="hidden border-t md:block">
            <LedgerTable entries={shown} onForget={setAsked} />
          </div>
          <ul className="divide-y border-t md:hidden" aria-label="Identities">
            {shown.map((entry) => (
              <LedgerItem key={entry.volume} entry={entry} onForget={setAsked} />
            ))}
          </ul>
          {shown.length === 0 ? <p className="px-5 py-6 text-ink-muted sm:px-6">None is called so.</p> : null}
        </>
      )}
      {asked === null ? null : (
        <AlertDialog
          open
          onOpenChange={(on) => (on ? undefined : setAsked(null))}
          title={`Give up the identity of ${asked.volume}?`}
          description={
            <p className="break-words">
              The ledger forgets Proxy ID {asked.proxyId} and takes whatever key lies there; where none is,
              the station makes itself a new one and begins from nothing. With a backup the old one can still
              come back.
            </p>
          }
          confirmLabel="Give it up"
          pending={action.pending}
          onConfirm={() => void carryOut(asked)}
        />
      )}
    </Card>
  );
}

interface RowsProps {
  onForget: (entry: LedgerEntry) => void;
}

const ROW_PIXELS = 45;
const OVERSCAN = 30;

/** Draws the rows in and near the window only. */
function LedgerTable({ entries, onForget }: RowsProps & { entries: LedgerEntry[] }) {
  const { box, rows, above, below } = useWindowRows(entries.length, ROW_PIXELS, OVERSCAN);
  return (
    <div ref={box}>
      <Table aria-label="Identities" aria-rowcount={entries.length + 1}>
        <TableHeader>
          <tr>
            <TableHead className="pl-6">Station</TableHead>
            <TableHead>Proxy ID</TableHead>
            <TableHead>State</TableHead>
            <TableHead>First seen</TableHead>
            <TableHead className="pr-6">Last seen</TableHead>
          </tr>
        </TableHeader>
        <TableBody>
          <RowSpacer pixels={above} columns={5} />
          {rows.map(({ index }) => {
            const entry = entries[index];
            return entry === undefined ? null : (
              <TableRow key={entry.volume}>
                <TableCell className="whitespace-nowrap pl-6">
                  <span className="font-medium">{stationName(entry)}</span>
                  <span className="ml-2 text-ink-muted text-sm">{entry.volume}</span>
                </TableCell>
                <TableCell className="font-mono text-sm">{entry.proxyId}</TableCell>
                <TableCell>
                  <EntryState entry={entry} onForget={onForget} />
                </TableCell>
                <TableCell className="whitespace-nowrap text-ink-muted">
                  <Time at={entry.firstSeenAt} />
                </TableCell>
                <TableCell className="whitespace-nowrap pr-6 text-ink-muted">
                  <Time at={entry.lastSeenAt} />
                </TableCell>
              </TableRow>
            );
          })}
          <RowSpacer pixels={below} columns={5} />
        </TableBody>
      </Table>
    </div>
  );
}

function LedgerItem({ entry, onForget }: RowsProps & { entry: LedgerEntry }) {
  return (
    <li className="flex flex-col items-start gap-1.5 px-5 py-3">
      <span className="flex w-full flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium">{stationName(entry)}</span>
        <span className="text-ink-muted text-sm">{entry.volume}</span>
      </span>
      <span className="break-all font-mono text-sm">{entry.proxyId}</span>
      <EntryState entry={entry} onForget={onForget} />
      <span className="text-ink-muted text-sm">
        First seen <Time at={entry.firstSeenAt} />, last <Time at={entry.lastSeenAt} />
      </span>
    </li>
  );
}

function EntryState({ entry, onForget }: RowsProps & { entry: LedgerEntry }) {
  if (entry.alarm === null)
    return entry.wanted ? <Badge tone="ok">Sound</Badge> : <Badge tone="neutral">Waits in its volume</Badge>;
  return (
    <div className="flex max-w-xs flex-col items-start gap-1">
      <Badge tone="critical">Alarm</Badge>
      <span className="wrap-anywhere block text-sm first-letter:uppercase">{entry.alarm}.</span>
      <Button variant="link" size="sm" onClick={() => onForget(entry)} aria-label={`Give up ${entry.volume}`}>
        Give this identity up
      </Button>
    </div>
  );
}
