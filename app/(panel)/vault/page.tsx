import type { Metadata } from 'next';
import { VaultPage } from '../../../components/vault/vault-page.tsx';
import {
  createBackup,
  forgetIdentity,
  openArchive,
  putArchive,
  removeArchive,
  restoreKeys,
  scheduleBackups,
} from '../../_server/actions.ts';

export const metadata: Metadata = { title: 'Keys' };

export default function Page() {
  return (
    <VaultPage
      actions={{
        create: createBackup,
        forget: forgetIdentity,
        open: openArchive,
        put: putArchive,
        remove: removeArchive,
        restore: restoreKeys,
        schedule: scheduleBackups,
      }}
    />
  );
}
