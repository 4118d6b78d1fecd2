/** The diagnosis: gathers what the agent and the host know, and judges it. Changes nothing. */
import { reachablePorts } from '../../lib/balancer/listeners.ts';
import type { DoctorReport } from '../../lib/contract/doctor.ts';
import { diagnose } from '../../lib/doctor/diagnose.ts';
import { fact, readHostFacts } from '../../lib/doctor/read.ts';
import { loopbackPortsOf } from '../../lib/fleet/station-spec.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { CoreDeps } from '../deps.ts';
import type { FirewallService } from '../firewall/create.ts';
import type { FleetService } from '../fleet/service.ts';
import type { LiveService } from '../live/service.ts';
import type { TuningService } from '../tuning/create.ts';

export interface DoctorService {
  /** Answers within 5 s, whatever hangs. */
  report(): Promise<DoctorReport>;
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
  async function report(): Promise<DoctorReport> {
    const at = now();
    const { settings } = fleet.desired();
    const ports = reachablePorts(balancer.settings());
    const loopbackPorts = loopbackPortsOf(settings);
    const running = fleet.runtimes().find(({ pid, address }) => pid !== null && address !== null);
    const [host, keys, firewalled, snapshot, tuned] = await Promise.all([
      readHostFacts({
        docker,
        procSys: env.procSys,
        etcDir: env.etcDir,
        station: running?.pid == null ? null : { index: running.index, pid: running.pid },
        ports: [...ports, ...loopbackPorts],
      }),
      fact(async () => {
        const { checked, alarms } = await fleet.checkKeys();
        return { checked, alarms: [...alarms].map(([station, alarm]) => ({ station, alarm })) };
      }),
      fact(() => firewall.report()),
      // The balancer's own word is newer than the last snapshot's.
      fact(async () => ({ ...(await live.current()), balancer: balancer.state() })),
      fact(() => tuning.report()),
    ]);
    const open = balancer.state().ports.filter(({ listening }) => listening);
    const wanted = { open, ports, loopbackPorts, openFiles: settings.openFiles };
    const checks = diagnose({ ...host, keys, firewall: firewalled, snapshot, tuning: tuned, wanted });
    return { at, durationMs: now() - at, checks };
  }

  return { report };
}
