import type { Metadata } from 'next';
import { MigrationPage } from '../../../components/migration/migration-page.tsx';
import { rollBackMigration, startMigration } from '../../_server/actions.ts';

export const metadata: Metadata = { title: 'Migration' };

export default function Page() {
  return <MigrationPage actions={{ start: startMigration, rollBack: rollBackMigration }} />;
}
