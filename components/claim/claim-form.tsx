'use client';

import { type FormEvent, useState } from 'react';
import type { Claim } from '../../lib/contract/claim.ts';
import { plural } from '../../lib/format/count.ts';
import { useAction } from '../data/use-action.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody } from '../ui/card.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { Label } from '../ui/label.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { PasswordInput } from '../ui/password-input.tsx';
import type { ShowClaims } from './claim-page.tsx';

/** Asks for the password once more. */
export function ClaimForm({
  stations,
  claimed,
  showClaims,
  onShown,
}: {
  stations: readonly number[];
  claimed: Readonly<Record<string, string>>;
  showClaims: ShowClaims;
  onShown: (claims: readonly Claim[]) => void;
}) {
  const [password, setPassword] = useState('');
  const [onlyOpen, setOnlyOpen] = useState(true);
  const [nothing, setNothing] = useState(false);
  const { pending, error, run } = useAction(showClaims);
  const open = stations.filter((station) => !(String(station) in claimed));
  const ticked = stations.length - open.length;
  const some = onlyOpen && ticked > 0 && open.length > 0;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setNothing(false);
    const result = await run({ password, ...(some ? { stations: open } : {}) });
    if (!result.ok) return;
    setPassword('');
    if (result.data.claims.length === 0) setNothing(true);
    else onShown(result.data.claims);
  }

  const wrong = error?.fields?.find(({ field }) => field === 'password')?.message;
  return (
    <Card className="max-w-xl">
      <CardBody>
        <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
          <Field
            label="Your password, once more"
            hint="The sheet is shown for a minute and then hidden."
            error={wrong === undefined ? undefined : `The password ${wrong}.`}
          >
            {(control) => (
              <PasswordInput
                {...control}
                autoComplete="current-password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
          </Field>
          {ticked > 0 && open.length > 0 ? (
            <Label className="flex items-center gap-2 font-normal">
              <Checkbox checked={onlyOpen} onCheckedChange={(on) => setOnlyOpen(on === true)} />
              Leave out {plural(ticked, 'station')} ticked as claimed in this browser
            </Label>
          ) : null}
          {error && wrong === undefined ? <ErrorNote error={error} live /> : null}
          {nothing ? (
            <Note tone="accent" title="No station has a key yet" live>
              A station makes its key when it starts for the first time.
            </Note>
          ) : null}
          <Button type="submit" variant="primary" size="lg" pending={pending} className="self-start">
            Show {some ? plural(open.length, 'claim') : 'all claims'}
          </Button>
        </form>
      </CardBody>
    </Card>
  );
}
