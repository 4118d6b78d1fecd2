/** The balancer's state and its ports as badges and marks, the same on every page. */
import { CircleCheck, CirclePause, CircleX } from 'lucide-react';
import type { BalancerState, StationSnapshot } from '../../lib/contract/snapshot.ts';
import { ROTATION_WORDS, STATE_WORDS } from '../../lib/format/balancer.ts';
import { Badge, type Tone } from '../ui/badge.tsx';

const STATE_TONES: Record<BalancerState['state'], Tone> = {
  running: 'ok',
  held: 'warn',
  stopped: 'critical',
  failed: 'critical',
  off: 'neutral',
};

export function BalancerBadge({ state }: { state: BalancerState['state'] }) {
  return (
    <Badge tone={STATE_TONES[state]} {...(state === 'held' ? { icon: CirclePause } : {})}>
      {STATE_WORDS[state]}
    </Badge>
  );
}

const ROTATION_TONES: Record<StationSnapshot['rotation'], Tone> = {
  in: 'ok',
  draining: 'accent',
  out: 'neutral',
};

/** Whether the balancer sends a station new sessions. */
export function RotationBadge({ rotation }: { rotation: StationSnapshot['rotation'] }) {
  return <Badge tone={ROTATION_TONES[rotation]}>{ROTATION_WORDS[rotation]}</Badge>;
}

/** Each port with a mark for each protocol. */
export function BalancerPorts({ ports }: { ports: BalancerState['ports'] }) {
  const numbers = [...new Set(ports.map(({ port }) => port))];
  return (
    <ul className="flex flex-wrap gap-2 text-sm" aria-label="Ports the balancer listens on">
      {numbers.map((number) => (
        <li key={number} className="inline-flex items-center gap-3 rounded-lg border px-2.5 py-1">
          <span className="font-medium">{number}</span>
          {ports
            .filter(({ port }) => port === number)
            .map(({ protocol, listening }) => (
              <span key={protocol} className="inline-flex items-center gap-1 text-ink-muted">
                {protocol.toUpperCase()}
                {listening ? (
                  <CircleCheck className="size-3.5 text-ok" aria-label="listens" />
                ) : (
                  <CircleX className="size-3.5 text-critical" aria-label="does not listen" />
                )}
              </span>
            ))}
        </li>
      ))}
    </ul>
  );
}
