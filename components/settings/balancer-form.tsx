'use client';

import { useForm } from 'react-hook-form';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import { fieldErrors } from '../../lib/contract/fields.ts';
import { type BalancerSettings, balancerSettingsSchema } from '../../lib/contract/settings.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { toast } from '../ui/toast-store.ts';

export type ConfigureBalancer = (input: Partial<BalancerSettings>) => Promise<Result<BalancerDetail>>;
type Values = { primaryPort: string; secondaryPort: string; targetSessions: string };

/** The ports clients reach, and for how many sessions nginx is sized. Applied by a reload that cuts nobody. */
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
  const form = useForm<Values>({
    defaultValues: {
      primaryPort: String(settings.primaryPort),
      secondaryPort: String(settings.secondaryPort),
      targetSessions: String(settings.targetSessions),
    },
  });
  const { register, handleSubmit, setError, formState } = form;
  const action = useAction(configure);
  const submit = handleSubmit(async (values) => {
    const parsed = balancerSettingsSchema.partial().safeParse({
      primaryPort: Number(values.primaryPort),
      secondaryPort: Number(values.secondaryPort),
      targetSessions: Number(values.targetSessions),
    });
    const fail = (errors: { field: string; message: string }[]) => {
      for (const { field, message } of errors) setError(field as keyof Values, { message });
    };
    if (!parsed.success) return fail(fieldErrors(parsed.error));
    const result = await action.run(parsed.data);
    if (!result.ok) return fail(result.error.fields ?? []);
    form.reset(values);
    toast({ tone: 'ok', title: 'The balancer has its new settings' });
    onApplied();
  });
  const { errors } = formState;
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Card>
        <CardHeader
          title="Balancer"
          description="nginx shares out what arrives on two ports, TCP and UDP, over the stations."
        />
        <CardBody className="flex flex-col gap-5">
          {detail.foreignSites.length > 0 ? (
            <Note tone="warn" title="Sites of your own nginx stop being served while the balancer runs">
              {detail.foreignSites.join(', ')}
            </Note>
          ) : null}
          <div className="grid grid-cols-1 gap-5 sm:grid-cols-3">
            <Field label="First port" error={errors.primaryPort?.message}>
              {(props) => <Input {...props} {...register('primaryPort')} inputMode="numeric" />}
            </Field>
            <Field label="Second port" error={errors.secondaryPort?.message}>
              {(props) => <Input {...props} {...register('secondaryPort')} inputMode="numeric" />}
            </Field>
            <Field label="Sessions to be held at once" error={errors.targetSessions?.message}>
              {(props) => <Input {...props} {...register('targetSessions')} inputMode="numeric" />}
            </Field>
          </div>
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
          <div>
            <Button type="submit" pending={action.pending} disabled={!formState.isDirty}>
              Apply to the balancer
            </Button>
          </div>
        </CardBody>
      </Card>
    </form>
  );
}
