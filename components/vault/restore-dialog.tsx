'use client';

import { useState } from 'react';
import type { ArchiveContent, VaultArchive } from '../../lib/contract/vault.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { OpenArchive } from './open-archive.tsx';
import { PlaceKeys } from './place-keys.tsx';
import type { VaultActions } from './vault-actions.ts';

interface Opened {
  id: string;
  passphrase: string;
  content: ArchiveContent;
}

/** Archive and passphrase, then what goes where with the Proxy IDs before and after, then the job. */
export function RestoreDialog({
  archives,
  chosen,
  actions,
  onClose,
}: {
  archives: VaultArchive[];
  chosen: string | null;
  actions: VaultActions;
  onClose: () => void;
}) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const jobs = useJobs();
  return (
    <Dialog open onOpenChange={(on) => (on ? undefined : onClose())}>
      {opened === null ? (
        <OpenArchive archives={archives} chosen={chosen} actions={actions} onOpened={setOpened} />
      ) : (
        <PlaceKeys
          {...opened}
          restore={actions.restore}
          onBack={() => setOpened(null)}
          onStarted={(jobId) => {
            onClose();
            jobs.open(jobId);
          }}
        />
      )}
    </Dialog>
  );
}
