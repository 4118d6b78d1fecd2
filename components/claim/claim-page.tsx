'use client';

import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import type { Claim } from '../../lib/contract/claim.ts';
import type { Result } from '../data/result.ts';
import { useLive } from '../live/use-snapshot.tsx';
import { Note } from '../ui/note.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { ClaimForm } from './claim-form.tsx';
import { ClaimSheet } from './claim-sheet.tsx';
import { useClaimed } from './use-claimed.ts';
import { useClaims } from './use-claims.ts';

export type ShowClaims = (input: {
  password?: string;
  stations?: number[];
}) => Promise<Result<{ claims: Claim[] }>>;

/** What pairs the stations with Ryve: behind the password, for a minute. */
export function ClaimPage({ showClaims }: { showClaims: ShowClaims }) {
  const { snapshot } = useLive();
  const { shown, show, hide } = useClaims();
  const { claimed, tick } = useClaimed();
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-col gap-3 print:hidden">
        <Link
          href="/stations"
          className="inline-flex items-center gap-1.5 self-start rounded text-ink-muted text-sm hover:text-ink"
        >
          <ArrowLeft className="size-4" aria-hidden />
          All stations
        </Link>
        <PageHeader title="Claim sheet" description="Codes and links that pair stations with the Ryve app." />
      </div>
      {shown === null ? (
        <>
          <Note tone="warn" title="A claim is the station’s private key">
            Whoever photographs a code or copies a link has the station’s identity and the reputation it
            earned. See that nobody looks over your shoulder, and send none of it to anybody. That the sheet
            was shown, by whom and for which stations, is noted in the activity log; the keys are not.
          </Note>
          <ClaimForm
            stations={snapshot?.stationList.map(({ index }) => index) ?? []}
            claimed={claimed}
            showClaims={showClaims}
            onShown={show}
          />
        </>
      ) : (
        <ClaimSheet shown={shown} claimed={claimed} onTick={tick} onHide={hide} />
      )}
    </div>
  );
}
