'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { AlertDialog } from '../ui/alert-dialog.tsx';

/** Asks before a page with changes that were not applied is left: by a link of the panel, or by closing the tab. */
export function LeaveGuard({ dirty }: { dirty: boolean }) {
  const router = useRouter();
  const [wanted, setWanted] = useState<string | null>(null);
  useEffect(() => {
    if (!dirty) return;
    const askOnClose = (event: BeforeUnloadEvent) => event.preventDefault();
    const askOnLink = (event: MouseEvent) => {
      const target = leavingTo(event);
      if (target === null) return;
      event.preventDefault();
      event.stopPropagation();
      setWanted(target);
    };
    window.addEventListener('beforeunload', askOnClose);
    // Before React hears of it: a link of Next navigates in its click handler.
    document.addEventListener('click', askOnLink, { capture: true });
    return () => {
      window.removeEventListener('beforeunload', askOnClose);
      document.removeEventListener('click', askOnLink, { capture: true });
    };
  }, [dirty]);
  return (
    <AlertDialog
      open={wanted !== null}
      onOpenChange={(open) => (open ? undefined : setWanted(null))}
      title="Leave without applying?"
      description="What you changed on this page has not been applied and will be lost."
      confirmLabel="Leave"
      cancelLabel="Stay"
      onConfirm={() => {
        if (wanted !== null) router.push(wanted);
        setWanted(null);
      }}
    />
  );
}

/** The page of the panel that a click leads to in this tab, or null when it stays. */
function leavingTo(event: MouseEvent): string | null {
  const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (modified || !(link instanceof HTMLAnchorElement) || link.target === '_blank') return null;
  const { origin, pathname, search } = new URL(link.href);
  if (origin !== window.location.origin || pathname === window.location.pathname) return null;
  return pathname + search;
}
