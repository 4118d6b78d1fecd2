'use client';

import { CircleFadingArrowUp } from 'lucide-react';
import { useState } from 'react';
import type { UpdateStart } from '../../lib/contract/update.ts';
import type { Result } from '../data/result.ts';
import { Button } from '../ui/button.tsx';
import { UpdateDialog } from './update-dialog.tsx';

/** Server actions, handed in by the page because components know no pages. */
export interface UpdateActions {
  fetch: (input: { image?: string }) => Promise<Result<{ jobId: string }>>;
  start: (input: Pick<UpdateStart, 'id'> & { image?: string }) => Promise<Result<{ jobId: string }>>;
}

/** Leads to another image for the stations. */
export function UpdateButton({ actions, urgent = false }: { actions: UpdateActions; urgent?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant={urgent ? 'primary' : 'secondary'} onClick={() => setOpen(true)}>
        <CircleFadingArrowUp aria-hidden />
        Update
      </Button>
      {open ? <UpdateDialog actions={actions} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
