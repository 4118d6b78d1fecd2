/** Which of the balancer's listeners stand. Pure. */
import { listenersOf } from '../../lib/balancer/listeners.ts';
import { portsIn } from '../../lib/balancer/live-config.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { BalancerState } from '../../lib/contract/snapshot.ts';

/** Each listener, TCP and UDP; those that `config` does not have do not listen. */
export function portsOf(
  settings: BalancerSettings,
  config: string,
  isListening: (port: number, protocol: 'tcp' | 'udp') => boolean,
): BalancerState['ports'] {
  const configured = portsIn(config);
  return listenersOf(settings).map(({ port, protocol }) => ({
    port,
    protocol,
    listening:
      configured.some((one) => one.port === port && one.protocol === protocol) && isListening(port, protocol),
  }));
}
