/** The diagnosis: gathers what the agent and the host know, and judges it. Changes nothing. */
import { reachablePorts } from '../../lib/balancer/listeners.ts';
import type { DoctorReport } from '../../lib/contract/doctor.ts';
import { diagnose } from '../../lib/doctor/diagnose.ts';
import { createWayOutProbe } from '../../lib/doctor/probe.ts';
import { fact, oneAtATime, readHostFacts } from '../../lib/doctor/read.ts';
import { loopbackPortsOf } from '../../lib/fleet/station-spec.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { CoreDeps } from '../deps.ts';
import type { FirewallService } from '../firewall/create.ts';
import type { FleetService } from '../fleet/service.ts';
import type { LiveService } from '../live/service.ts';
import type { TuningService } from '../tuning/create.ts';

/** Each costs a process for a moment; what is wrong with the network is wrong for all. */
const STATIONS_PROBED = 3;

export interface DoctorService {
  /**
   * Answers within 5 s, whatever hangs.
   * @param reuseProbe does not ask public servers again when all of them were reached minutes ago
   */
  report(reuseProbe?: boolean): Promise<DoctorReport>;
}

export function createDoctorService({
  env,
  docker,
  now,
  fleet,
  balancer,
  live,
  tuning,
  firewall,
}: CoreDeps & {
  fleet: FleetService;
  balancer: BalancerService;
  live: LiveService;
  tuning: TuningService;
  firewall: FirewallService;
}): DoctorService {
  const checkKeys = oneAtATime(() => fleet.checkKeys());
  const reportFirewall = oneAtATime(() => firewall.report());
  const reportTuning = oneAtATime(() => tuning.report());
  const current = oneAtATime(() => live.current());

  const wayOut = createWayOutProbe(now);

  async function report(reuseProbe = false): Promise<DoctorReport> {
    const at = now();
    const { settings } = fleet.desired();
    const ports = reachablePorts(balancer.settings());
    const loopbackPorts = loopbackPortsOf(settings);
    const runtimes = fleet.runtimes();
    const running = runtimes.flatMap(({ index, pid, address }) =>
      pid !== null && address !== null ? [{ index, pid }] : [],
    );
    const [host, keys, firewalled, snapshot, tuned] = await Promise.all([
      readHostFacts({
        docker,
        procSys: env.procSys,
        etcDir: env.etcDir,
        wayOut: (signal) =>
          wayOut({
            stations: running.slice(0, STATIONS_PROBED),
            addresses: env.probeAddresses,
            reuse: reuseProbe,
            signal,
          }),
        ports: [...ports, ...loopbackPorts],
      }),
      fact(async () => {
        const { checked, alarms } = await checkKeys();
        return { checked, alarms: [...alarms].map(([station, alarm]) => ({ station, alarm })) };
      }),
      fact(reportFirewall),
      // The balancer's own word is newer than the last snapshot's.
      fact(async () => ({ ...(await current()), balancer: balancer.state() })),
      fact(reportTuning),
    ]);
    const agent = { value: { pid: process.pid } };
    const open = balancer.state().ports.filter(({ listening }) => listening);
    const addresses = runtimes.flatMap(({ address }) => (address === null ? [] : [address]));
    const wanted = { open, ports, loopbackPorts, addresses, openFiles: settings.openFiles };
    const ours = { agent, keys, firewall: firewalled, snapshot, host: snapshot, tuning: tuned, wanted };
    const checks = diagnose({ ...host, ...ours });
    return { at, durationMs: now() - at, checks };
  }

  return { report };
}
