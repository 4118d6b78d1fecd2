'use client';

import { CircleCheck, FlaskConical, RefreshCw, Upload } from 'lucide-react';
import { useState } from 'react';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import type { ErrorBody } from '../../lib/contract/errors.ts';
import type { Output } from '../../lib/contract/operations.ts';
import { applyQuestion, type Question, reloadQuestion } from '../../lib/format/balancer-questions.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { call } from '../data/use-call.ts';
import { Button } from '../ui/button.tsx';
import { toast } from '../ui/toast-store.ts';
import { ActionError } from './action-error.tsx';
import { QuestionDialog } from './question-dialog.tsx';
import type { BalancerActions } from './use-balancer.ts';

type Tested = Output<'balancer.test'>;
type Step = 'apply' | 'reload';

/** Test, reload and apply, each with its outcome below; what changes something is asked first. */
export function ConfigurationActions({
  detail,
  actions,
  onChanged,
}: {
  detail: BalancerDetail;
  actions: BalancerActions;
  onChanged: (detail: BalancerDetail) => void;
}) {
  const test = useAction(testConfiguration);
  const apply = useAction(actions.apply);
  const reload = useAction(actions.reload);
  const [tested, setTested] = useState<Tested | null>(null);
  const [asked, setAsked] = useState<{ step: Step; question: Question } | null>(null);
  const idle = detail.state.state === 'off' || detail.state.state === 'stopped';

  async function runTest() {
    reset();
    const result = await test.run({});
    if (result.ok) setTested(result.data);
  }

  async function carryOut(step: Step) {
    reset();
    const result = await (step === 'apply' ? apply : reload).run({});
    setAsked(null);
    if (!result.ok) return;
    onChanged(result.data);
    toast({
      tone: 'ok',
      title: step === 'apply' ? 'The wanted configuration is live' : 'nginx has read its file again',
    });
  }

  function askToApply() {
    const question = applyQuestion(detail);
    if (question === null) void carryOut('apply');
    else setAsked({ step: 'apply', question });
  }

  function reset() {
    setTested(null);
    for (const handle of [test, apply, reload]) handle.reset();
  }

  const error: ErrorBody | null = test.error ?? apply.error ?? reload.error;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <Button pending={test.pending} onClick={() => void runTest()}>
          <FlaskConical aria-hidden />
          Test
        </Button>
        <Button
          disabled={idle}
          pending={reload.pending}
          onClick={() => setAsked({ step: 'reload', question: reloadQuestion(detail) })}
        >
          <RefreshCw aria-hidden />
          Reload
        </Button>
        <Button
          variant={applyQuestion(detail) === null ? 'secondary' : 'primary'}
          disabled={idle}
          pending={apply.pending}
          onClick={askToApply}
        >
          <Upload aria-hidden />
          Apply
        </Button>
      </div>
      {idle ? (
        <p className="text-ink-muted text-sm">
          The balancer starts with the fleet; until then there is nothing to load. A test changes nothing.
        </p>
      ) : null}
      {tested === null ? null : <Outcome tested={tested} />}
      {error ? <ActionError error={error} /> : null}
      {asked === null ? null : (
        <QuestionDialog
          question={asked.question}
          confirmLabel={asked.step === 'apply' ? 'Apply' : 'Reload'}
          pending={apply.pending || reload.pending}
          onConfirm={() => void carryOut(asked.step)}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}

function Outcome({ tested }: { tested: Tested }) {
  if (!tested.ok)
    return (
      <ActionError
        error={{ code: 'balancer_rejected', message: tested.message }}
        title="nginx would refuse the wanted configuration"
      />
    );
  return (
    <p role="status" className="flex items-start gap-2 text-ok">
      <CircleCheck className="mt-1 size-4 shrink-0" aria-hidden />
      {tested.message}
    </p>
  );
}

async function testConfiguration(): Promise<Result<Tested>> {
  return { ok: true, data: await call('balancer.test', {}) };
}
