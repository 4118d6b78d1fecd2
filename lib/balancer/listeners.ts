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

/** Every port clients reach, the two named ones first. */
export function reachablePorts({ primaryPort, secondaryPort, extraPorts }: Ports): number[] {
  return [primaryPort, secondaryPort, ...extraPorts];
}

/** Every listener, in the order of the ports. */
export function listenersOf(ports: Ports): PortAndProtocol[] {
  return reachablePorts(ports).flatMap((port) =>
    (['tcp', 'udp'] as const).map((protocol) => ({ port, protocol })),
  );
}
