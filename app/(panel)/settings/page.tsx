import type { Metadata } from 'next';
import { SettingsPage } from '../../../components/settings/settings-page.tsx';
import {
  applyFleet,
  configureBalancer,
  configureHistory,
  configureTracker,
  createMetricsToken,
  removeMetricsToken,
} from '../../_server/actions.ts';

export const metadata: Metadata = { title: 'Settings' };

export default function Page() {
  return (
    <SettingsPage
      applyFleet={applyFleet}
      configureBalancer={configureBalancer}
      configureTracker={configureTracker}
      configureHistory={configureHistory}
      metrics={{ createToken: createMetricsToken, removeToken: removeMetricsToken }}
    />
  );
}
