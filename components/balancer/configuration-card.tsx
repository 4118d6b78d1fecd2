'use client';

import { type ReactNode, useState } from 'react';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import { driftSentence } from '../../lib/format/balancer.ts';
import { formatCount, plural } from '../../lib/format/count.ts';
import { countChanges, diffLines } from '../../lib/format/diff-lines.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { ConfigText, DiffText } from './config-text.tsx';
import { ConfigurationActions } from './configuration-actions.tsx';
import type { BalancerActions } from './use-balancer.ts';

type View = 'live' | 'wanted' | 'difference' | 'kernel';

/** What nginx runs with, what it should run with, and what is between the two. */
export function ConfigurationCard({
  detail,
  actions,
  onChanged,
}: {
  detail: BalancerDetail;
  actions: BalancerActions;
  onChanged: (detail: BalancerDetail) => void;
}) {
  const [chosen, setChosen] = useState<View | null>(null);
  const view = chosen ?? worthALook(detail);
  const options: { value: View; label: string }[] = [
    { value: 'live', label: 'Live' },
    { value: 'wanted', label: 'Wanted' },
    { value: 'difference', label: 'Difference' },
  ];
  if (detail.kernelRules !== null) options.push({ value: 'kernel', label: 'Kernel rules' });
  return (
    <Card>
      <CardHeader title="Configuration" description={driftSentence(detail)} />
      <CardBody className="flex flex-col gap-4">
        <ConfigurationActions detail={detail} actions={actions} onChanged={onChanged} />
        <div className="max-w-full overflow-x-auto">
          <Segmented
            label="Which configuration is shown"
            value={view}
            onValueChange={setChosen}
            options={options}
          />
        </div>
        <Shown detail={detail} view={view} />
        <details className="text-sm">
          <summary className="cursor-pointer rounded text-ink-muted hover:text-ink">
            How nginx is sized for {formatCount(detail.settings.targetSessions)} sessions
          </summary>
          <ol className="mt-2 list-decimal space-y-1 pl-5 text-ink-muted">
            {detail.arithmetic.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ol>
        </details>
      </CardBody>
    </Card>
  );
}

/** What is shown until somebody chooses. */
function worthALook({ config, state }: BalancerDetail): View {
  if (config.diff === null) return 'live';
  // Against nothing, or against a file that is no business of ours yet, each line differs.
  return config.live === null || state.state === 'off' ? 'wanted' : 'difference';
}

function Shown({ detail, view }: { detail: BalancerDetail; view: View }) {
  const { live, wanted, diff, path } = detail.config;
  if (view === 'kernel' && detail.kernelRules !== null)
    return <ConfigText label="Kernel rules" text={detail.kernelRules} />;
  if (view === 'wanted')
    return wanted === '' ? (
      <Nothing>It cannot be worked out now; the state above says why.</Nothing>
    ) : (
      <ConfigText label="The wanted configuration" text={wanted} />
    );
  if (view === 'difference') {
    if (diff === null) return <Nothing>None: what is live is what is wanted.</Nothing>;
    const { added, removed } = countChanges(diffLines(diff));
    return (
      <div className="flex flex-col gap-2">
        <p className="text-ink-muted text-sm">
          From live to wanted: Apply adds {plural(added, 'line')} (+) and removes {formatCount(removed)} (-).
        </p>
        <DiffText label="From the live configuration to the wanted one" diff={diff} />
      </div>
    );
  }
  return live === null ? (
    <Nothing>There is no file at {path}.</Nothing>
  ) : (
    <ConfigText label="The live configuration" text={live} />
  );
}

function Nothing({ children }: { children: ReactNode }) {
  return <p className="rounded-lg bg-sunken p-4 text-ink-muted">{children}</p>;
}
