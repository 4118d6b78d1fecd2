import type { Metadata } from 'next';
import { ClaimPage } from '../../../../components/claim/claim-page.tsx';
import { showClaims } from '../../../_server/actions.ts';

export const metadata: Metadata = { title: 'Claim sheet' };

export default function Page() {
  return <ClaimPage showClaims={showClaims} />;
}
