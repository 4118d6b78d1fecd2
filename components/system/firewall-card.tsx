'use client';

import { ShieldCheck, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { FirewallReport } from '../../lib/contract/firewall.ts';
import { firewallSentence, PURPOSES } from '../../lib/format/firewall.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { useCall } from '../data/use-call.ts';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { ErrorNote, withCode } from '../ui/note.tsx';
import { toast } from '../ui/toast-store.ts';

export interface FirewallActions {
  apply: (input: { enable: boolean }) => Promise<Result<FirewallReport>>;
  revert: (input: Record<never, never>) => Promise<Result<FirewallReport>>;
}

type Asked = 'rules' | 'enable' | 'revert';

/** What is open against what is needed; opened through ufw after the commands were seen. */
export function FirewallCard({ actions }: { actions: FirewallActions }) {
  const firewall = useCall('firewall.get', {});
  const apply = useAction(actions.apply);
  const revert = useAction(actions.revert);
  const [asked, setAsked] = useState<Asked | null>(null);

  async function carryOut(what: Asked) {
    const result = what === 'revert' ? await revert.run({}) : await apply.run({ enable: what === 'enable' });
    setAsked(null);
    if (result.ok) toast({ tone: 'ok', title: firewallSentence(result.data) });
    void firewall.refetch();
  }

  return (
    <Card aria-label="Firewall">
      <LoadingPanel data={firewall.data} error={firewall.error} onRetry={() => void firewall.refetch()}>
        {(report) => (
          <>
            <CardHeader
              title="Firewall"
              description={firewallSentence(report)}
              actions={<Buttons report={report} onAsk={setAsked} />}
            />
            <CardBody className="flex flex-col gap-4">
              {(apply.error ?? revert.error) ? (
                <ErrorNote error={apply.error ?? revert.error ?? { message: '' }} live />
              ) : null}
              <Needed report={report} />
              {report.beyond.length === 0 ? null : (
                <p className="break-words text-sm">
                  <span className="text-ink-muted">Let in beyond that: </span>
                  {report.beyond.join('; ')}
                </p>
              )}
              {report.notes.map((note) => (
                <p key={note} className="break-words text-ink-muted text-sm">
                  {withCode(note)}
                </p>
              ))}
            </CardBody>
            {asked === null ? null : (
              <Question
                asked={asked}
                report={report}
                pending={apply.pending || revert.pending}
                onConfirm={() => void carryOut(asked)}
                onClose={() => setAsked(null)}
              />
            )}
          </>
        )}
      </LoadingPanel>
    </Card>
  );
}

function Buttons({ report, onAsk }: { report: FirewallReport; onAsk: (asked: Asked) => void }) {
  return (
    <>
      {report.applied ? (
        <Button onClick={() => onAsk('revert')}>
          <Undo2 aria-hidden />
          Revert
        </Button>
      ) : null}
      {report.commands.length > 0 ? (
        <Button onClick={() => onAsk('rules')}>Let in what is missing</Button>
      ) : null}
      {report.manager === 'ufw' && !report.active ? (
        <Button onClick={() => onAsk('enable')}>
          <ShieldCheck aria-hidden />
          Switch ufw on
        </Button>
      ) : null}
    </>
  );
}

function Needed({ report }: { report: FirewallReport }) {
  return (
    <ul aria-label="What has to be reachable" className="flex flex-wrap gap-2">
      {report.needed.map(({ port, protocol, purpose, open }) => (
        <li key={`${port}/${protocol}`}>
          <Badge tone={open === null ? 'neutral' : open ? 'ok' : 'warn'}>
            {port}/{protocol} · {PURPOSES[purpose]}
            {open === false ? ' · shut' : ''}
          </Badge>
        </li>
      ))}
    </ul>
  );
}

function Question({
  asked,
  report,
  ...dialog
}: {
  asked: Asked;
  report: FirewallReport;
  pending: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const commands = asked === 'enable' ? [...report.commands, 'ufw enable'] : report.commands;
  return (
    <AlertDialog
      open
      onOpenChange={(open) => (open ? undefined : dialog.onClose())}
      title={asked === 'revert' ? 'Take our rules out again?' : 'Run these commands?'}
      description={
        asked === 'revert' ? (
          'The rules that were added here go, and ufw is switched off if it was switched on here. Your own rules stay.'
        ) : (
          <ul className="flex flex-col gap-1 font-mono text-sm">
            {commands.map((command) => (
              <li key={command}>{command}</li>
            ))}
          </ul>
        )
      }
      confirmLabel={asked === 'revert' ? 'Revert' : 'Run'}
      tone="primary"
      pending={dialog.pending}
      onConfirm={dialog.onConfirm}
    />
  );
}
