'use client';

import { Download } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useAction } from '../data/use-action.ts';
import { JobProgress } from '../jobs/job-progress.tsx';
import { hasEnded, useJob } from '../live/use-job.tsx';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Dialog, DialogClose, DialogContent } from '../ui/dialog.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import {
  NewPassphrase,
  type PassphraseErrors,
  PasswordAgain,
  passphraseErrors,
  passwordFault,
} from './new-passphrase.tsx';
import type { VaultActions } from './vault-actions.ts';

/** Asks for a passphrase, makes an archive, and hands it out. */
export function BackupDialog({ create, onClose }: { create: VaultActions['create']; onClose: () => void }) {
  const [made, setMade] = useState<{ jobId: string; id: string } | null>(null);
  return (
    <Dialog open onOpenChange={(on) => (on ? undefined : onClose())}>
      {made === null ? (
        <PassphraseForm create={create} onMade={setMade} />
      ) : (
        <Making jobId={made.jobId} id={made.id} />
      )}
    </Dialog>
  );
}

function PassphraseForm({
  create,
  onMade,
}: {
  create: VaultActions['create'];
  onMade: (made: { jobId: string; id: string }) => void;
}) {
  const [values, setValues] = useState({ passphrase: '', again: '' });
  const [errors, setErrors] = useState<PassphraseErrors>({});
  const [history, setHistory] = useState(false);
  const [password, setPassword] = useState('');
  const action = useAction(create);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const found = passphraseErrors(values);
    setErrors(found);
    if (found.passphrase ?? found.again) return;
    const result = await action.run({ passphrase: values.passphrase, history, password });
    if (result.ok) onMade(result.data);
  }

  return (
    <DialogContent
      title="Back up now"
      description="Every key and the settings in one file. Passwords and sessions are not in it."
      footer={
        <>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" form="backup" variant="primary" pending={action.pending}>
            Make the archive
          </Button>
        </>
      }
    >
      <form
        id="backup"
        onSubmit={(event) => void submit(event)}
        noValidate
        className="flex flex-col gap-5"
        method="post"
      >
        {action.error && passwordFault(action.error) === undefined ? (
          <ErrorNote error={action.error} live />
        ) : null}
        <NewPassphrase values={values} errors={errors} onChange={setValues} />
        <PasswordAgain value={password} error={action.error} onChange={setPassword} />
        {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is the box of radix inside */}
        <label className="flex items-start gap-3">
          <Checkbox
            className="mt-1"
            checked={history}
            onCheckedChange={(checked) => setHistory(checked === true)}
          />
          <span>
            With the history
            <span className="block text-ink-muted text-sm">
              Users and traffic over time. The archive is then as large as the database.
            </span>
          </span>
        </label>
        <Note tone="warn" title="Nobody can open it without the passphrase">
          It is not kept here. Write it down where this server cannot be lost with it.
        </Note>
      </form>
    </DialogContent>
  );
}

function Making({ jobId, id }: { jobId: string; id: string }) {
  const view = useJob(jobId);
  const isDone = view.job?.state === 'succeeded';
  return (
    <DialogContent
      title={isDone ? 'The archive is made' : 'Making the archive'}
      description={isDone ? 'Take it to another machine now.' : undefined}
      footer={
        <>
          <DialogClose asChild>
            <Button>{view.job !== null && hasEnded(view.job) ? 'Close' : 'Go on without me'}</Button>
          </DialogClose>
          {isDone ? (
            <Button variant="primary" asChild>
              <a href={`/api/vault/${id}`} download>
                <Download aria-hidden />
                Download
              </a>
            </Button>
          ) : null}
        </>
      }
    >
      <JobProgress view={view} />
    </DialogContent>
  );
}
