'use client';

import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { createLiveStore, type LiveState, type LiveStore } from './live-store.ts';

const LiveContext = createContext<LiveStore | null>(null);

/** Keeps one live stream open for the pages below it. `initial` is what the server drew the page with. */
export function LiveProvider({ initial, children }: { initial: Snapshot | null; children: ReactNode }) {
  const [store] = useState(() => createLiveStore(initial));
  useEffect(() => store.start(), [store]);
  return <LiveContext value={store}>{children}</LiveContext>;
}

function useLiveStore(): LiveStore {
  const store = useContext(LiveContext);
  if (store === null) throw new Error('useLive is used outside LiveProvider');
  return store;
}

/** The state of the stream with the newest picture, and a way to connect at once. */
export function useLive(): LiveState & { retryNow: () => void } {
  const store = useLiveStore();
  const state = useSyncExternalStore(store.subscribe, store.get, store.initial);
  return { ...state, retryNow: store.retryNow };
}

/** The newest picture of the server, or null before the first has arrived. */
export function useSnapshot(): Snapshot | null {
  const store = useLiveStore();
  return useSyncExternalStore(
    store.subscribe,
    () => store.get().snapshot,
    () => store.initial().snapshot,
  );
}
