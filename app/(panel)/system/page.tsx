import type { Metadata } from 'next';
import { SystemPage } from '../../../components/system/system-page.tsx';
import { applyBalancer, applyTuning, revertTuning } from '../../_server/actions.ts';

export const metadata: Metadata = { title: 'System' };

export default function Page() {
  return <SystemPage actions={{ applyBalancer, applyTuning, revertTuning }} />;
}
