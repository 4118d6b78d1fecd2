'use client';

import { useForm } from 'react-hook-form';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { toast } from '../ui/toast-store.ts';
import { AdvancedFields, MainFields } from './balancer-fields.tsx';
import {
  type BalancerFieldError,
  type BalancerValues,
  changedBalancer,
  namedErrors,
  parseBalancerValues,
  toBalancerValues,
} from './balancer-values.ts';

export type ConfigureBalancer = (input: Partial<BalancerSettings>) => Promise<Result<BalancerDetail>>;

/** The ports clients reach, how they are spread, and for how many sessions. Applied by a reload that cuts nobody. */
export function BalancerForm({
  detail,
  configure,
  onApplied,
}: {
  detail: BalancerDetail;
  configure: ConfigureBalancer;
  onApplied: () => void;
}) {
  const { settings } = detail;
  const form = useForm<BalancerValues>({ defaultValues: toBalancerValues(settings) });
  const { handleSubmit, setError, formState, reset } = form;
  const action = useAction(configure);
  const submit = handleSubmit(async (values) => {
    const fail = (errors: BalancerFieldError[]) => {
      errors.forEach(({ field, message }, index) => {
        setError(field, { message }, { shouldFocus: index === 0 });
      });
    };
    const parsed = parseBalancerValues(values);
    if (!parsed.ok) return fail(parsed.errors);
    const result = await action.run(changedBalancer(settings, parsed.settings));
    if (!result.ok) return fail(namedErrors(values, result.error.fields ?? []));
    reset(values);
    toast({ tone: 'ok', title: 'The balancer has its new settings' });
    onApplied();
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Card>
        <CardHeader
          title="Balancer"
          description="Shares out what arrives on its ports, TCP and UDP, over the stations."
        />
        <CardBody className="flex flex-col gap-5">
          {detail.foreignSites.length > 0 ? (
            <Note tone="warn" title="Sites of your own nginx stop being served while the balancer runs">
              {detail.foreignSites.join(', ')}
            </Note>
          ) : null}
          <MainFields form={form} />
          <AdvancedFields form={form} />
          <details className="text-sm">
            <summary className="cursor-pointer rounded text-ink-muted hover:text-ink">
              How nginx is sized for it
            </summary>
            <ol className="mt-2 list-decimal space-y-1 pl-5 text-ink-muted">
              {detail.arithmetic.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ol>
          </details>
          {action.error ? <ErrorNote error={action.error} live /> : null}
          <div className="flex flex-wrap gap-3">
            <Button type="submit" pending={action.pending} disabled={!formState.isDirty}>
              Apply to the balancer
            </Button>
            {formState.isDirty ? (
              <Button variant="ghost" onClick={() => reset(toBalancerValues(settings))}>
                Discard
              </Button>
            ) : null}
          </div>
        </CardBody>
      </Card>
    </form>
  );
}
