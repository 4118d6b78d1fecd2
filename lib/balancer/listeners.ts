/** What clients reach, as the settings say: which ports, and where each leads. Pure. */
import type { BalancerSettings } from '../contract/settings.ts';
import type { PortAndProtocol } from './listening.ts';

type Ports = Pick<BalancerSettings, 'primaryPort' | 'secondaryPort' | 'extraPorts'>;

/** The ports that lead to the stations' primary port, and to their secondary one. */
export function portGroups({ primaryPort, secondaryPort, extraPorts }: Ports): {
  primary: number[];
  secondary: number[];
} {
  return { primary: [primaryPort, ...extraPorts], secondary: [secondaryPort] };
}

/** Every listener, the two named ports first. */
export function listenersOf({ primaryPort, secondaryPort, extraPorts }: Ports): PortAndProtocol[] {
  return [primaryPort, secondaryPort, ...extraPorts].flatMap((port) =>
    (['tcp', 'udp'] as const).map((protocol) => ({ port, protocol })),
  );
}
