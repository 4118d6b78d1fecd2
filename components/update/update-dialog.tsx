'use client';

import { Search } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { UpdateReport } from '../../lib/contract/update.ts';
import { useAction } from '../data/use-action.ts';
import { useCall } from '../data/use-call.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { hasEnded, useJob } from '../live/use-job.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogClose, DialogContent } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { ErrorNote } from '../ui/note.tsx';
import type { UpdateActions } from './update-button.tsx';
import { UpdatePlan } from './update-plan.tsx';

/** Looks for a newer image, shows what it would change, and starts the update. */
export function UpdateDialog({ actions, onClose }: { actions: UpdateActions; onClose: () => void }) {
  // Empty: the image of the settings.
  const [image, setImage] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [fetching, setFetching] = useState<string | null>(null);
  const query = image === null ? {} : { image };
  const report = useCall('update.get', query, { keepPrevious: true });
  const fetch = useAction(actions.fetch);
  const start = useAction(actions.start);
  const { open } = useJobs();
  const { job } = useJob(fetching);
  const looking = fetch.pending || (fetching !== null && (job === null || !hasEnded(job)));
  const { refetch } = report;
  const ended = job !== null && hasEnded(job);
  useEffect(() => {
    if (ended) void refetch();
  }, [ended, refetch]);

  async function look(event: FormEvent) {
    event.preventDefault();
    const wanted = typed?.trim() || null;
    const chosen = wanted ?? image;
    const result = await fetch.run(chosen === null ? {} : { image: chosen });
    if (!result.ok) return;
    setImage(chosen);
    setFetching(result.data.jobId);
  }

  async function update({ candidate }: UpdateReport) {
    if (candidate === null) return;
    const result = await start.run({ ...query, id: candidate.id });
    if (!result.ok) return;
    open(result.data.jobId);
    onClose();
  }

  const plan = report.data;
  const isNew = plan?.candidate != null && plan.candidate.id !== plan.current?.id;
  const ready = isNew && plan.obstacle === null && !looking && !report.isPlaceholderData;
  const wrongImage = fetch.error?.fields?.find(({ field }) => field === 'image')?.message;
  return (
    <Dialog open onOpenChange={(on) => (on ? undefined : onClose())}>
      <DialogContent
        title="Update the stations"
        description="The least loaded station tries the new image first. Keys and volumes stay as they are."
        footer={
          <>
            <DialogClose asChild>
              <Button>Close</Button>
            </DialogClose>
            <Button
              variant="primary"
              disabled={!ready}
              pending={start.pending}
              onClick={() => (plan ? void update(plan) : undefined)}
            >
              Update the stations
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-5">
          <form onSubmit={(event) => void look(event)} className="flex flex-col gap-3" noValidate>
            <Field label="Image" error={wrongImage}>
              {(control) => (
                <Input
                  {...control}
                  value={typed ?? plan?.reference ?? ''}
                  onChange={(event) => setTyped(event.target.value)}
                  spellCheck={false}
                  autoCapitalize="none"
                />
              )}
            </Field>
            <Button type="submit" pending={looking} className="self-start">
              <Search aria-hidden />
              Look for a newer one
            </Button>
          </form>
          {fetch.error && wrongImage === undefined ? <ErrorNote error={fetch.error} live /> : null}
          {job?.error ? <ErrorNote error={job.error} live /> : null}
          {start.error ? <ErrorNote error={start.error} live /> : null}
          <LoadingPanel data={plan} error={report.error} onRetry={() => void refetch()}>
            {(data) => <UpdatePlan report={data} looked={ended && job.error === null} />}
          </LoadingPanel>
        </div>
      </DialogContent>
    </Dialog>
  );
}
