'use client';

import { RotateCw } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useTransition } from 'react';
import type { ErrorBody } from '../../lib/contract/errors.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page-header.tsx';

const RETRY_MS = 5000;

/** In the place of what the server could not draw: the reason, and a new attempt every few seconds. */
export function RetryPage({ error }: { error: ErrorBody }) {
  const router = useRouter();
  const [pending, start] = useTransition();
  useEffect(() => {
    const timer = setInterval(() => start(() => router.refresh()), RETRY_MS);
    return () => clearInterval(timer);
  }, [router]);
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="The agent is away"
        description="The stations run on without it. This page comes back by itself as soon as it answers."
      />
      <ErrorNote
        error={error}
        actions={
          <Button size="sm" pending={pending} onClick={() => start(() => router.refresh())}>
            {pending ? null : <RotateCw aria-hidden />}
            Try now
          </Button>
        }
      />
    </div>
  );
}
