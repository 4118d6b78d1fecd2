/** What is wrong with the balancer, in words for people. Pure. */
import type { AppError } from '../../lib/contract/errors.ts';
import type { BalancerState, Problem } from '../../lib/contract/snapshot.ts';

export interface ProblemInput {
  engaged: boolean;
  failure: AppError | null;
  drift: 'none' | 'differs' | 'foreign' | 'absent';
  configPath: string;
  state: BalancerState;
}

export function balancerProblems({ engaged, failure, drift, configPath, state }: ProblemInput): Problem[] {
  if (!engaged) return [];
  if (failure !== null) {
    const taken = failure.code === 'port_in_use';
    return [
      {
        code: taken ? 'port-taken' : 'balancer-failed',
        severity: 'critical',
        title: taken ? 'A port of the balancer is taken' : 'The balancer could not be brought up to date',
        detail: failure.message,
        remedy:
          failure.remedy ??
          'It is tried again by itself; the log of the agent says more: `sudo conduit logs --agent`',
        station: null,
      },
    ];
  }
  if (drift === 'differs' || drift === 'foreign') {
    return [
      {
        code: 'balancer-drift',
        severity: 'warning',
        title: 'The configuration of nginx was changed by hand',
        detail: `${configPath} is not as we wrote it. It is left as it is until the fleet next changes.`,
        remedy:
          'Apply any change in the settings to put ours back; the changed file is kept among the backups.',
        station: null,
      },
    ];
  }
  if (state.state === 'running' || state.state === 'off') return [];
  return [
    {
      code: 'balancer-down',
      severity: 'critical',
      title: 'The balancer does not run',
      detail: state.message ?? 'nginx does not listen on its ports.',
      remedy: 'It is started again by itself within seconds.',
      station: null,
    },
  ];
}
