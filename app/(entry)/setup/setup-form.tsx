'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useState, useSyncExternalStore } from 'react';
import { useForm } from 'react-hook-form';
import * as z from 'zod';
import { Button } from '../../../components/ui/button.tsx';
import { Field } from '../../../components/ui/field.tsx';
import { Input } from '../../../components/ui/input.tsx';
import { ErrorNote, Note, withCode } from '../../../components/ui/note.tsx';
import { HINT_INK, passwordHint } from '../../../components/ui/password-hint.ts';
import { PasswordInput } from '../../../components/ui/password-input.tsx';
import type { AppError } from '../../../lib/contract/errors.ts';
import { passwordSchema, tokenSchema, usernameSchema } from '../../../lib/contract/identity.ts';
import { signInWith } from '../sign-in.ts';

const formSchema = z
  .object({ username: usernameSchema, password: passwordSchema, again: z.string() })
  .refine(({ password, again }) => password === again, {
    path: ['again'],
    message: 'is not the same as the first',
  });
type Values = z.infer<typeof formSchema>;

/** Creates the administrator with the token in the link's fragment, which never leaves for a server's log. */
export function SetupForm() {
  const token = useFragment();
  const [error, setError] = useState<AppError | null>(null);
  const { register, handleSubmit, watch, formState } = useForm<Values>({
    resolver: zodResolver(formSchema),
    defaultValues: { username: 'admin', password: '', again: '' },
  });
  if (token !== null && !tokenSchema.safeParse(token).success) return <IncompleteLink />;
  const submit = handleSubmit(async ({ username, password }) => {
    const refusal = await signInWith('setup', { token: token ?? '', username, password });
    if (refusal === null) return window.location.replace('/');
    setError(refusal);
  });
  const [username, password] = watch(['username', 'password']);
  const hint = passwordHint(password, username);
  const { errors, isSubmitting } = formState;
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-5" method="post" noValidate>
      {error ? <ErrorNote error={error} live /> : null}
      <Field label="Name" error={errors.username?.message}>
        {(control) => (
          <Input
            {...control}
            {...register('username')}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
          />
        )}
      </Field>
      <Field
        label="Password"
        error={errors.password?.message}
        hint={
          <span className={HINT_INK[hint.level]} aria-live="polite">
            {password === '' ? 'At least 12 characters.' : hint.text}
          </span>
        }
      >
        {(control) => <PasswordInput {...control} {...register('password')} autoComplete="new-password" />}
      </Field>
      <Field label="The same password again" error={errors.again?.message}>
        {(control) => <PasswordInput {...control} {...register('again')} autoComplete="new-password" />}
      </Field>
      <Button type="submit" variant="primary" size="lg" pending={isSubmitting}>
        Create and sign in
      </Button>
    </form>
  );
}

function IncompleteLink() {
  return (
    <Note tone="warn" title="This link is not complete">
      {withCode(
        'Copy the whole line that `conduit up` printed, with everything after the `#`. A new link is made on the server by `sudo conduit admin setup-link`.',
      )}
    </Note>
  );
}

/** What stands after `#` in the address; null while the server draws the page. */
function useFragment(): string | null {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener('hashchange', changed);
      return () => window.removeEventListener('hashchange', changed);
    },
    () => window.location.hash.slice(1),
    () => null,
  );
}
