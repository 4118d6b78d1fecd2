/** The firewall in the agent: one change at a time, and each is on record. */
import { reachablePorts } from '../../lib/balancer/listeners.ts';
import type { FirewallReport } from '../../lib/contract/firewall.ts';
import {
  applyFirewall,
  firewallRecordPath,
  readFirewall,
  revertFirewall,
} from '../../lib/firewall/firewall.ts';
import { plural } from '../../lib/format/count.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { CoreDeps } from '../deps.ts';

export interface FirewallService {
  report(): Promise<FirewallReport>;
  apply(enable: boolean, actor: string): Promise<FirewallReport>;
  revert(actor: string): Promise<FirewallReport>;
}

export function createFirewallService({
  env,
  paths,
  activity,
  balancer,
}: CoreDeps & { balancer: BalancerService }): FirewallService {
  const place = { etcDir: env.etcDir, recordPath: firewallRecordPath(paths.stateDir) };
  const ports = () => reachablePorts(balancer.settings());
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    report: () => inTurn(() => readFirewall(place, ports())),
    apply: (enable, actor) =>
      inTurn(async () => {
        const entry = { actor, action: 'firewall.apply', summary: 'Firewall: let in what is needed' };
        try {
          await applyFirewall(place, ports(), enable);
        } catch (error) {
          activity.record({ ...entry, outcome: 'failed' });
          throw error;
        }
        activity.record({ ...entry, outcome: 'ok' });
        return readFirewall(place, ports());
      }),
    revert: (actor) =>
      inTurn(async () => {
        const { removed, kept } = await revertFirewall(place);
        const stays = kept.length === 0 ? '' : `; ${kept.join(', ')} for SSH stays, ufw is on`;
        const summary = `Firewall: took back ${plural(removed, 'rule')}${stays}`;
        activity.record({ actor, action: 'firewall.revert', summary, outcome: 'ok' });
        return readFirewall(place, ports());
      }),
  };
}
