'use client';

import { type FormEvent, useState } from 'react';
import type { ErrorBody } from '../../lib/contract/errors.ts';
import type { ArchiveContent, VaultArchive } from '../../lib/contract/vault.ts';
import { formatBytes } from '../../lib/format/bytes.ts';
import { formatDateTime } from '../../lib/format/time.ts';
import { kindWords } from '../../lib/format/vault.ts';
import { settle, useAction } from '../data/use-action.ts';
import { Button } from '../ui/button.tsx';
import { DialogClose, DialogContent } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PasswordInput } from '../ui/password-input.tsx';
import { Progress } from '../ui/progress.tsx';
import { Select } from '../ui/select.tsx';
import { sendArchive } from './send-archive.ts';
import type { VaultActions } from './vault-actions.ts';

export interface OpenArchiveProps {
  archives: VaultArchive[];
  /** What the reader came from; null lets the choice begin with the newest. */
  chosen: string | null;
  actions: Pick<VaultActions, 'open' | 'put'>;
  onOpened: (opened: { id: string; passphrase: string; content: ArchiveContent }) => void;
}

const A_FILE = 'file';

/** Which archive, and the passphrase that opens it. Nothing is changed by looking. */
export function OpenArchive({ archives, chosen, actions, onOpened }: OpenArchiveProps) {
  const [source, setSource] = useState(chosen ?? archives[0]?.id ?? A_FILE);
  const [file, setFile] = useState<File | null>(null);
  const [brought, setBrought] = useState<{ file: File; id: string } | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [fileError, setFileError] = useState<ErrorBody | null>(null);
  const [missing, setMissing] = useState<{ file?: string; passphrase?: string }>({});
  const action = useAction(actions.open);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setFileError(null);
    const wrong = {
      ...(source === A_FILE && file === null ? { file: 'must be chosen' } : {}),
      ...(passphrase === '' ? { passphrase: 'is missing' } : {}),
    };
    setMissing(wrong);
    if (Object.keys(wrong).length > 0) return;
    const id = source === A_FILE && file !== null ? await bring(file) : source;
    if (id === null) return;
    const result = await action.run({ id, passphrase });
    if (result.ok) onOpened({ id, passphrase, content: result.data });
  }

  /** Once for each file: a mistyped passphrase does not send it again. */
  async function bring(from: File): Promise<string | null> {
    if (brought?.file === from) return brought.id;
    setSent(0);
    const result = await settle(sendArchive(actions.put, from, setSent));
    setSent(null);
    if (!result.ok) {
      setFileError(result.error);
      return null;
    }
    setBrought({ file: from, id: result.data.id });
    return result.data.id;
  }

  const passphraseError =
    missing.passphrase ?? action.error?.fields?.find(({ field }) => field === 'passphrase')?.message;
  const pending = action.pending || sent !== null;
  return (
    <DialogContent
      title="Restore keys"
      description="Opening an archive changes nothing: you see every Proxy ID before and after first."
      footer={
        <>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" form="open-archive" variant="primary" pending={pending}>
            Open it
          </Button>
        </>
      }
    >
      <form
        id="open-archive"
        onSubmit={(event) => void submit(event)}
        noValidate
        className="flex flex-col gap-5"
        method="post"
      >
        <Field label="Archive">
          {(control) => (
            <Select {...control} value={source} onValueChange={setSource} options={optionsOf(archives)} />
          )}
        </Field>
        {source === A_FILE ? (
          <Field
            label="File"
            error={missing.file}
            hint="A large one is quicker on the server itself: `sudo conduit restore FILE`."
          >
            {(control) => (
              <Input
                {...control}
                type="file"
                accept=".age"
                className="py-1.5"
                onChange={(event) => setFile(event.target.files?.[0] ?? null)}
              />
            )}
          </Field>
        ) : null}
        {sent === null ? null : <Progress value={sent} max={1} label="Sent to the server" />}
        <Field label="Passphrase" error={passphraseError}>
          {(control) => (
            <PasswordInput
              {...control}
              what="passphrase"
              autoComplete="off"
              value={passphrase}
              onChange={(event) => setPassphrase(event.target.value)}
            />
          )}
        </Field>
        {fileError ? <ErrorNote error={fileError} live /> : null}
        {action.error ? <ErrorNote error={action.error} live /> : null}
      </form>
    </DialogContent>
  );
}

function optionsOf(archives: readonly VaultArchive[]) {
  return [
    ...archives.map(({ id, at, bytes, kind }) => ({
      value: id,
      label: formatDateTime(at),
      description: `${kindWords(kind)}, ${formatBytes(bytes)}`,
    })),
    { value: A_FILE, label: 'A file of mine', description: 'From this computer' },
  ];
}
