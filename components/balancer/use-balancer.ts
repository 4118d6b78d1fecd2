'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import type { Problem, Snapshot } from '../../lib/contract/snapshot.ts';
import type { Result } from '../data/result.ts';
import { useCall } from '../data/use-call.ts';

/** Server actions, handed in by the page because components know no pages. */
export interface BalancerActions {
  apply: (input: Record<never, never>) => Promise<Result<BalancerDetail>>;
  reload: (input: Record<never, never>) => Promise<Result<BalancerDetail>>;
  restore: (input: { id: string }) => Promise<Result<BalancerDetail>>;
}

/** Counters move all the time; a picture this old still shows the same minute. */
const TRAFFIC_MS = 2500;

/** The configuration and its backups: read once, after each action, and whenever the live picture says it changed. */
export function useBalancerDetail(snapshot: Snapshot | null) {
  const query = useCall('balancer.get', {});
  const { refetch } = query;
  const client = useQueryClient();
  const signature = snapshot === null ? null : signatureOf(snapshot);
  const seen = useRef(signature);
  useEffect(() => {
    if (seen.current !== null && signature !== null && signature !== seen.current) void refetch();
    seen.current = signature;
  }, [signature, refetch]);
  const replace = useCallback(
    (detail: BalancerDetail) => client.setQueryData(['balancer.get', {}], detail),
    [client],
  );
  return { ...query, replace };
}

/** What goes through the balancer, for as long as somebody looks at the page. */
export function useBalancerTraffic(snapshot: Snapshot | null) {
  const inUse = snapshot !== null && snapshot.balancer.state !== 'off';
  return useCall('balancer.traffic', {}, { pollMs: TRAFFIC_MS, enabled: inUse });
}

/** Whether a problem of the server is one of the balancer. */
export function isOfBalancer({ code }: Problem): boolean {
  return code.startsWith('balancer-') || code === 'port-taken' || code === 'nginx-missing';
}

/** Changes when the configuration may have: not with every session. */
function signatureOf({ balancer, problems }: Snapshot): string {
  const { state, engine, message, backends, ports } = balancer;
  const told = problems.filter(isOfBalancer).map(({ code, detail }) => [code, detail]);
  return JSON.stringify([state, engine, message, backends, ports, told]);
}
