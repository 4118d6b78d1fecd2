/** The stations as the balancer's figures need them. Pure. */
import type { FleetService } from '../fleet/service.ts';
import type { LiveService } from '../live/service.ts';
import type { TrafficStation } from './traffic.ts';

/** Those that have an address: stations on the host's network are not balanced. */
export function listTrafficStations(
  fleet: Pick<FleetService, 'runtimes' | 'memberships'>,
  live: Pick<LiveService, 'reportedBytesOf'>,
): TrafficStation[] {
  const memberships = fleet.memberships();
  return fleet.runtimes().flatMap(({ index, name, address, pid }) => {
    const { state, reason } = memberships.get(index) ?? { state: 'out' as const, reason: null };
    return address === null
      ? []
      : [{ index, name, address, pid, rotation: state, reason, reportedBytes: live.reportedBytesOf(index) }];
  });
}
