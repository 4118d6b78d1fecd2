'use client';

import type { ErrorBody } from '../../lib/contract/errors.ts';
import { vaultPassphraseSchema } from '../../lib/contract/vault.ts';
import { Field } from '../ui/field.tsx';
import { HINT_INK, passwordHint } from '../ui/password-hint.ts';
import { PasswordInput } from '../ui/password-input.tsx';

export interface PassphraseValues {
  passphrase: string;
  again: string;
}

export type PassphraseErrors = Partial<Record<keyof PassphraseValues, string>>;

/** What is wrong with a new passphrase; nothing when it can be used. */
export function passphraseErrors({ passphrase, again }: PassphraseValues): PassphraseErrors {
  const checked = vaultPassphraseSchema.safeParse(passphrase);
  if (!checked.success) return { passphrase: checked.error.issues[0]?.message ?? 'is not valid' };
  return passphrase === again ? {} : { again: 'is not the same as the first' };
}

/** A passphrase and the same once more, with a word on how strong it is. */
export function NewPassphrase({
  values,
  errors,
  onChange,
}: {
  values: PassphraseValues;
  errors: PassphraseErrors;
  onChange: (values: PassphraseValues) => void;
}) {
  const hint = passwordHint(values.passphrase, '');
  return (
    <>
      <Field
        label="Passphrase"
        error={errors.passphrase}
        hint={
          <span className={HINT_INK[hint.level]} aria-live="polite">
            {values.passphrase === ''
              ? 'At least 12 characters; four or five random words are good.'
              : hint.text}
          </span>
        }
      >
        {(control) => (
          <PasswordInput
            {...control}
            what="passphrase"
            autoComplete="new-password"
            value={values.passphrase}
            onChange={(event) => onChange({ ...values, passphrase: event.target.value })}
          />
        )}
      </Field>
      <Field label="The same once more" error={errors.again}>
        {(control) => (
          <PasswordInput
            {...control}
            what="second passphrase"
            autoComplete="new-password"
            value={values.again}
            onChange={(event) => onChange({ ...values, again: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

/** What is wrong with the administrator's own password; said at its field. */
export function passwordFault(error: ErrorBody | null): string | undefined {
  return error?.fields?.find(({ field }) => field === 'password')?.message;
}

/** The administrator's own password, once more: whoever chooses the passphrase can open every key. */
export function PasswordAgain({
  value,
  error,
  onChange,
}: {
  value: string;
  error: ErrorBody | null;
  onChange: (value: string) => void;
}) {
  const wrong = passwordFault(error);
  return (
    <Field label="Your own password" error={wrong === undefined ? undefined : `The password ${wrong}.`}>
      {(control) => (
        <PasswordInput
          {...control}
          autoComplete="current-password"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
