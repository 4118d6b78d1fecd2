'use client';

import { Copy, EyeOff, Printer } from 'lucide-react';
import { useMemo } from 'react';
import type { Claim } from '../../lib/contract/claim.ts';
import { plural } from '../../lib/format/count.ts';
import { qrModules, qrPath } from '../../lib/format/qr.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Label } from '../ui/label.tsx';
import { toast } from '../ui/toast-store.ts';
import { useNow } from '../ui/use-now.ts';
import type { ShownClaims } from './use-claims.ts';

/** One code a station, with what it is called; gone when the minute is over. */
export function ClaimSheet({
  shown,
  claimed,
  onTick,
  onHide,
}: {
  shown: ShownClaims;
  claimed: Readonly<Record<string, string>>;
  onTick: (station: number, proxyId: string, on: boolean) => void;
  onHide: () => void;
}) {
  return (
    <section aria-label="Claims" className="flex flex-col gap-4">
      <div className="sticky top-18 z-20 flex flex-wrap items-center gap-3 rounded-xl border bg-surface p-3 shadow-floating print:hidden">
        <Countdown until={shown.until} />
        <span className="text-ink-muted text-sm">{plural(shown.claims.length, 'station')}</span>
        <div className="ml-auto flex gap-2">
          <Button onClick={() => window.print()}>
            <Printer aria-hidden />
            Print
          </Button>
          <Button variant="primary" onClick={onHide}>
            <EyeOff aria-hidden />
            Hide now
          </Button>
        </div>
      </div>
      <ul className="grid grid-cols-1 gap-4 *:min-w-0 sm:grid-cols-2 xl:grid-cols-3 print:grid-cols-2">
        {shown.claims.map((claim) => (
          <li key={claim.station} className="break-inside-avoid">
            <ClaimCard
              claim={claim}
              claimed={claimed[String(claim.station)] === claim.proxyId}
              onTick={(on) => onTick(claim.station, claim.proxyId, on)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Countdown({ until }: { until: number }) {
  const now = useNow();
  const left = now === null ? 60 : Math.max(0, Math.ceil((until - now) / 1000));
  return (
    <p role="timer" className="font-medium tabular-nums">
      Hidden in {Math.min(60, left)} s
    </p>
  );
}

function ClaimCard({
  claim,
  claimed,
  onTick,
}: {
  claim: Claim;
  claimed: boolean;
  onTick: (on: boolean) => void;
}) {
  const modules = useMemo(() => qrModules(claim.link), [claim.link]);
  const path = useMemo(() => qrPath(modules), [modules]);

  async function copy() {
    const done = await navigator.clipboard.writeText(claim.link).then(
      () => true,
      () => false,
    );
    toast(
      done
        ? { tone: 'warn', title: `The link of ${claim.name} is on the clipboard; it is a private key` }
        : { tone: 'critical', title: 'The browser does not let the page copy; select the link by hand' },
    );
  }

  return (
    <Card className="flex h-full flex-col gap-4 p-5">
      <div className="flex min-w-0 flex-col gap-0.5">
        <h2 className="font-semibold tracking-tight">{claim.name}</h2>
        <p className="break-all font-mono text-ink-muted text-xs">{claim.proxyId}</p>
      </div>
      {/* Scanners want dark on light, whatever the theme. */}
      <svg
        role="img"
        aria-label={`QR code that claims ${claim.name}`}
        viewBox={`0 0 ${modules.length} ${modules.length}`}
        shapeRendering="crispEdges"
        className="aspect-square w-full max-w-80 self-center rounded-lg bg-white"
      >
        <path d={path} fill="#000" />
      </svg>
      <code className="select-all truncate rounded bg-sunken px-2 py-1 font-mono text-ink-muted text-xs">
        {claim.link}
      </code>
      <div className="mt-auto flex flex-wrap items-center justify-between gap-3 print:hidden">
        <Label className="flex items-center gap-2 font-normal">
          <Checkbox checked={claimed} onCheckedChange={(on) => onTick(on === true)} />
          Claimed
        </Label>
        <Button size="sm" onClick={() => void copy()} aria-label={`Copy the link of ${claim.name}`}>
          <Copy aria-hidden />
          Copy link
        </Button>
      </div>
    </Card>
  );
}
