'use client';

import { RotateCw } from 'lucide-react';
import { Button } from '../../components/ui/button.tsx';
import { Note } from '../../components/ui/note.tsx';

/** A defect in drawing a page. Expected failures never get here: pages show them themselves. */
export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <Note
      tone="critical"
      title="This page could not be drawn"
      live
      actions={
        <Button size="sm" onClick={reset}>
          <RotateCw aria-hidden />
          Try again
        </Button>
      }
    >
      <p>
        The stations are not touched by this. If it happens again, the panel’s log says why:{' '}
        <code className="font-mono text-ink">sudo conduit logs --panel</code>
        {error.digest ? ` (reference ${error.digest})` : ''}.
      </p>
    </Note>
  );
}
