import type { Metadata } from 'next';
import { SettingsPage } from '../../../components/settings/settings-page.tsx';
import { applyFleet, configureBalancer } from '../../_server/actions.ts';

export const metadata: Metadata = { title: 'Settings' };

export default function Page() {
  return <SettingsPage applyFleet={applyFleet} configureBalancer={configureBalancer} />;
}
