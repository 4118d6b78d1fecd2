/** What the balancer does, in words and figures for people. Pure; shared by the panel and the CLI. */
import type { BalancerDetail, BalancerTraffic } from '../contract/balancer.ts';
import type { BalancerSettings } from '../contract/settings.ts';
import type { BalancerState, StationSnapshot } from '../contract/snapshot.ts';
import { formatCount, formatShare, plural } from './count.ts';

type Upstream = BalancerTraffic['stations'][number];

export const STATE_WORDS: Record<BalancerState['state'], string> = {
  running: 'Running',
  held: 'Held',
  stopped: 'Stopped',
  failed: 'Failed',
  off: 'Not in use',
};

/** How each engine spreads, what it costs, and what it cannot do. */
export const ENGINE_WORDS: Record<BalancerSettings['engine'], { label: string; description: string }> = {
  nginx: {
    label: 'nginx',
    description:
      'Spreads by open sessions, IPv4 and IPv6; nginx copies each byte. When stations come or go, TCP sessions go on; UDP sessions begin anew, on the same station where it stays.',
  },
  kernel: {
    label: 'Kernel',
    description:
      'The kernel rewrites addresses: nothing is copied, and stations see real client addresses. Spreads by a hash of the client’s address, so shares are about equal, not exactly. Sessions go on when stations come or go, UDP too. IPv4 only; IPv6 still goes through nginx.',
  },
};

export const ROTATION_WORDS: Record<StationSnapshot['rotation'], string> = {
  in: 'In rotation',
  draining: 'Draining',
  out: 'Out',
};

/** Whether a station takes what the balancer brings; that it does not is no fault of a real one. */
export const INGRESS_WORDS: Record<StationSnapshot['ingress'], string> = {
  open: 'Accepts on 443 and 5566',
  partial: 'Accepts on one of 443 and 5566 only',
  closed: 'Does not listen on 443 and 5566: normal for real stations, their clients come by WebRTC',
  unknown: 'Not known yet whether it accepts on 443 and 5566',
};

/** Sessions that a station holds through the balancer. */
export function openSessions({ primary, secondary }: Pick<Upstream, 'primary' | 'secondary'>): number {
  return primary.tcp + primary.udp + secondary.tcp + secondary.udp;
}

export interface SessionSpread {
  stations: number;
  min: number;
  mean: number;
  max: number;
  /** How far the furthest is from the mean, as a share of the mean; 0 while there are no sessions. */
  off: number;
}

/** Open sessions over the stations that get new ones; null when none does. */
export function sessionSpread(
  stations: readonly Pick<Upstream, 'rotation' | 'primary' | 'secondary'>[],
): SessionSpread | null {
  const counts = stations.filter(({ rotation }) => rotation === 'in').map(openSessions);
  if (counts.length === 0) return null;
  const min = Math.min(...counts);
  const max = Math.max(...counts);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const off = mean === 0 ? 0 : Math.max(max - mean, mean - min) / mean;
  return { stations: counts.length, min, mean, max, off };
}

export function spreadSentence(spread: SessionSpread | null): string {
  if (spread === null) return 'No station gets new sessions.';
  const { min, mean, max, off } = spread;
  const figures = `${formatCount(min)} at least, ${formatCount(Math.round(mean))} on average, ${formatCount(max)} at most`;
  // A handful of sessions cannot lie close to their mean, whatever spreads them.
  return mean < 10 ? figures : `${figures}; the furthest is ${(off * 100).toFixed(1)} % from the average`;
}

/** By number, TCP before UDP: the counters come in no order. */
export function inPortOrder<T extends { port: number; protocol: 'tcp' | 'udp' }>(ports: readonly T[]): T[] {
  return ports.toSorted((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
}

/** What all ports carry together. */
export function portTotals(ports: BalancerTraffic['ports']) {
  const sum = (value: (port: (typeof ports)[number]) => number) =>
    ports.reduce((total, port) => total + value(port), 0);
  return {
    openedPerSecond: sum((port) => port.openedPerSecond),
    bytesIn: sum((port) => port.bytesIn),
    bytesOut: sum((port) => port.bytesOut),
    bytesInPerSecond: sum((port) => port.bytesInPerSecond),
    bytesOutPerSecond: sum((port) => port.bytesOutPerSecond),
  };
}

/** `0.4 /s`, `512 /s`. */
export function formatPerSecond(value: number): string {
  return `${value > 0 && value < 10 ? value.toFixed(1) : formatCount(value)} /s`;
}

/** How much of what the stations move comes this way; and why it is mostly little. */
export function shareSentence({ share, since }: Pick<BalancerTraffic, 'share' | 'since'>): string {
  if (since === null) return 'Nothing is counted now, so there is no share to tell.';
  if (share === null)
    return 'The stations have reported no traffic since counting began, so there is no share to tell.';
  const over = share > 1 ? ' (bytes here are of whole packets, so it can be above 100 %)' : '';
  return `${formatShare(share)} of what the stations moved came through the balancer${over}.`;
}

export const WHY_SMALL =
  'Real Conduit stations meet most clients by WebRTC, on ports agreed for each session, so a small share is normal.';

/** Null while no old worker is left. */
export function oldWorkersSentence({ workers, sessions }: BalancerState['oldWorkers']): string | null {
  if (workers === 0) return null;
  const verb = workers === 1 ? 'finishes' : 'finish';
  return `${plural(workers, 'old nginx worker')} ${verb} ${plural(sessions, 'session')} from before the last change.`;
}

/** What stands at the configuration's path, and what that means. */
export function driftSentence({
  config,
  state,
}: Pick<BalancerDetail, 'config'> & { state: Pick<BalancerState, 'state'> }): string {
  const { path, drift } = config;
  if (state.state === 'held')
    return `${path} is a restored configuration. It is held: changes of the fleet are not followed until you apply.`;
  if (state.state === 'off' || state.state === 'stopped') return idleDrift(config);
  const sentences: Record<typeof drift, string> = {
    none: `${path} is ours, and unchanged since we wrote it.`,
    differs: `${path} was changed by hand or by another program. nginx runs with what it read last.`,
    foreign: `${path} is not ours: somebody replaced it. nginx runs with what it read last.`,
    absent: `${path} was removed. nginx runs with what it read last, and could not start again.`,
  };
  return sentences[drift];
}

function idleDrift({ path, live, drift }: BalancerDetail['config']): string {
  if (live === null) return `There is no file at ${path}; ours is written when the first stations run.`;
  if (drift === 'foreign')
    return `${path} is not ours. It is kept among the backups before the first stations replace it.`;
  return `${path} is from an earlier run; it is written again when the first stations run.`;
}

/** One kept configuration, by whose it is. */
export function backupOwner({ id, ours }: Pick<BalancerDetail['backups'][number], 'id' | 'ours'>): string {
  if (id.startsWith('original-')) return 'Yours, from before us';
  return ours ? 'Ours' : 'Not ours';
}
