'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

/**
 * What a page shows, kept in its address: a reload, a bookmark and the back button keep it. Changes replace the address
 * without asking the server for the page again.
 */
export function useUrlParams(): [URLSearchParams, (change: (params: URLSearchParams) => void) => void] {
  const current = useSearchParams();
  const change = useCallback((edit: (params: URLSearchParams) => void) => {
    const next = new URLSearchParams(window.location.search);
    edit(next);
    const text = next.toString();
    window.history.replaceState(null, '', text === '' ? window.location.pathname : `?${text}`);
  }, []);
  return [current, change];
}
