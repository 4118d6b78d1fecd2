/** What is wrong with the balancer, in words. Pure. */
import type { Sizing } from '../../lib/balancer/sizing.ts';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import type { AppError } from '../../lib/contract/errors.ts';
import type { BalancerState, Problem } from '../../lib/contract/snapshot.ts';

export interface BalancerFacts {
  state: BalancerState['state'];
  /** A restored configuration runs until it is let go. */
  held: boolean;
  /** Why the last attempt failed; null after one that worked. */
  failure: AppError | null;
  drift: BalancerDetail['config']['drift'];
  configPath: string;
  sizing: Sizing | null;
  targetSessions: number;
  /** The kernel engine runs on a host without `conntrack`. */
  strandsUdp: boolean;
}

export function balancerProblems(facts: BalancerFacts): Problem[] {
  if (facts.state === 'off' || facts.state === 'stopped') return [];
  return [
    ...failureProblem(facts),
    ...heldProblem(facts),
    ...driftProblem(facts),
    ...capacityProblem(facts),
    ...strandedProblem(facts),
  ];
}

function failureProblem({ state, failure }: BalancerFacts): Problem[] {
  if (failure === null) return [];
  const code = { port_in_use: 'port-taken', host_unsupported: 'nginx-missing' }[failure.code as string];
  const down = state === 'failed';
  return [
    {
      code: code ?? (down ? 'balancer-down' : 'balancer-rejected'),
      severity: down ? 'critical' : 'warning',
      title: down ? 'The balancer is down' : 'The last change of the balancer was refused',
      detail: failure.message,
      remedy: failure.remedy ?? (down ? 'It is tried again by itself.' : null),
      station: null,
    },
  ];
}

function heldProblem({ held, configPath }: BalancerFacts): Problem[] {
  if (!held) return [];
  return [
    {
      code: 'balancer-held',
      severity: 'warning',
      title: 'The balancer runs a restored configuration',
      detail: `${configPath} is an earlier one that was restored by hand. Stations that come or go meanwhile are not followed.`,
      remedy: 'Apply the wanted configuration on the Balancer page or with: sudo ./conduit nginx apply',
      station: null,
    },
  ];
}

function driftProblem({ drift, configPath, held }: BalancerFacts): Problem[] {
  if (drift === 'none' || held) return [];
  const what = {
    absent: 'was removed',
    differs: 'was changed by hand or by another program',
    foreign: 'was replaced by somebody else’s',
  }[drift];
  return [
    {
      code: 'balancer-drift',
      severity: 'warning',
      title: 'The nginx configuration is not the one we wrote',
      detail: `${configPath} ${what}. nginx goes on with what it read last. If nginx would refuse it, ours is back within half a minute; otherwise the next change of the fleet or the balancer writes ours again.`,
      remedy:
        'Apply the wanted configuration on the Balancer page or with `sudo ./conduit nginx apply`; the other text is kept among the backups.',
      station: null,
    },
  ];
}

function capacityProblem({ sizing, targetSessions }: BalancerFacts): Problem[] {
  if (sizing === null || sizing.holdsSessions >= targetSessions) return [];
  return [
    {
      code: 'balancer-capacity',
      severity: 'warning',
      title: 'The balancer holds fewer sessions than you asked for',
      detail: sizing.arithmetic.at(-1) ?? '',
      remedy: 'Raise the limit of open files, or lower the target in Settings.',
      station: null,
    },
  ];
}

function strandedProblem({ strandsUdp }: BalancerFacts): Problem[] {
  if (!strandsUdp) return [];
  return [
    {
      code: 'conntrack-missing',
      severity: 'warning',
      title: 'UDP clients of a station that fails stay with it',
      detail:
        'The program `conntrack` is not installed. The kernel engine needs it to lead clients that go on sending datagrams away from a station that is gone or hangs.',
      remedy: 'Install it: sudo apt-get install conntrack',
      station: null,
    },
  ];
}
