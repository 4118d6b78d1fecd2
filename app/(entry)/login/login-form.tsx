'use client';

import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '../../../components/ui/button.tsx';
import { Field } from '../../../components/ui/field.tsx';
import { Input } from '../../../components/ui/input.tsx';
import { Note, withCode } from '../../../components/ui/note.tsx';
import { PasswordInput } from '../../../components/ui/password-input.tsx';
import type { AppError } from '../../../lib/contract/errors.ts';
import { formatDuration } from '../../../lib/format/time.ts';
import { signInWith } from '../sign-in.ts';

/** Name and password. The whole page is loaded anew after signing in, so that nothing of before is left. */
export function LoginForm({ next }: { next: string }) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<AppError | null>(null);
  const waitSeconds = useCountdown(error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setPending(true);
    const refusal = await signInWith('credentials', {
      username: String(form.get('username')).trim(),
      password: String(form.get('password')),
    });
    if (refusal === null) return window.location.assign(next);
    setPending(false);
    setError(refusal);
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-5" method="post">
      {error ? <Refusal error={error} waitSeconds={waitSeconds} /> : null}
      <Field label="Name">
        {(control) => (
          <Input
            {...control}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
        )}
      </Field>
      <Field label="Password">
        {(control) => <PasswordInput {...control} name="password" autoComplete="current-password" required />}
      </Field>
      <Button type="submit" variant="primary" size="lg" pending={pending} disabled={waitSeconds > 0}>
        {waitSeconds > 0 ? `Wait ${formatDuration(waitSeconds * 1000)}` : 'Sign in'}
      </Button>
    </form>
  );
}

function Refusal({ error, waitSeconds }: { error: AppError; waitSeconds: number }) {
  if (error.code === 'locked_out') {
    return (
      <Note tone="warn" title={waitSeconds > 0 ? 'Too many failed attempts' : 'You can try again now'} live>
        {waitSeconds > 0 ? <p>Sign-in is closed for a moment, to slow down guessing.</p> : null}
        {error.remedy ? <p>{withCode(error.remedy)}</p> : null}
      </Note>
    );
  }
  return (
    <Note tone="critical" title={error.message} live>
      {error.remedy ? <p>{withCode(error.remedy)}</p> : null}
    </Note>
  );
}

/** Seconds until another attempt is allowed. */
function useCountdown(error: AppError | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const until = Date.now() + (error?.retryAfterSeconds ?? 0) * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}
