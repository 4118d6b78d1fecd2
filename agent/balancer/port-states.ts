/** Which of the balancer's listeners stand. Pure. */
import { portsIn } from '../../lib/balancer/live-config.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { BalancerState } from '../../lib/contract/snapshot.ts';

/** Each listener, TCP and UDP; those that `config` does not have do not listen. */
export function portsOf(
  { primaryPort, secondaryPort, extraPorts }: BalancerSettings,
  config: string,
  isListening: (port: number, protocol: 'tcp' | 'udp') => boolean,
): BalancerState['ports'] {
  const configured = portsIn(config);
  return [primaryPort, secondaryPort, ...extraPorts].flatMap((port) =>
    (['tcp', 'udp'] as const).map((protocol) => ({
      port,
      protocol,
      listening:
        configured.some((one) => one.port === port && one.protocol === protocol) &&
        isListening(port, protocol),
    })),
  );
}
