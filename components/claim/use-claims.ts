'use client';

import { useCallback, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Claim } from '../../lib/contract/claim.ts';

const SHOWN_MS = 60_000;
const LOOK_EVERY_MS = 250;

export interface ShownClaims {
  claims: readonly Claim[];
  /** When they vanish, milliseconds since the epoch. */
  until: number;
}

export interface Claims {
  shown: ShownClaims | null;
  show: (claims: readonly Claim[]) => void;
  hide: () => void;
}

/**
 * Keeps private keys in this page's memory for a minute and nowhere else: by the clock, whether the tab is looked at or
 * not, and never in a page that the browser puts aside for the way back.
 */
export function useClaims(): Claims {
  const [shown, setShown] = useState<ShownClaims | null>(null);
  const hide = useCallback(() => setShown(null), []);
  const show = useCallback(
    (claims: readonly Claim[]) => setShown({ claims, until: Date.now() + SHOWN_MS }),
    [],
  );
  const until = shown?.until ?? null;
  useEffect(() => {
    if (until === null) return;
    const look = () => {
      if (Date.now() >= until) setShown(null);
    };
    const leave = () => flushSync(() => setShown(null));
    const timer = setInterval(look, LOOK_EVERY_MS);
    document.addEventListener('visibilitychange', look);
    window.addEventListener('pagehide', leave);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('pagehide', leave);
    };
  }, [until]);
  return { shown, show, hide };
}
