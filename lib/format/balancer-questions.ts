/** What a change of the balancer by hand will do, told before it is done. Pure; shared by the panel and the CLI. */
import type { BalancerDetail } from '../contract/balancer.ts';
import { plural } from './count.ts';

export interface Question {
  title: string;
  lines: string[];
}

/**
 * What applying the wanted configuration writes over; null when nobody has to be asked: nothing changes, or the
 * balancer is not in use and the agent refuses.
 */
export function applyQuestion(detail: BalancerDetail): Question | null {
  const { config, state, foreignSites } = detail;
  if (state.state === 'off' || state.state === 'stopped') return null;
  const changes = config.diff !== null || config.drift !== 'none';
  if (state.state !== 'held' && !changes) return null;
  const isForeign = config.drift === 'foreign' && state.state !== 'held';
  return {
    title: isForeign ? 'Write over a file that is not ours?' : 'Apply the wanted configuration?',
    lines: [
      overwritten(detail),
      isForeign && foreignSites.length > 0
        ? `${plural(foreignSites.length, 'site')} of your own nginx will not be served any more: ${foreignSites.join(', ')}.`
        : null,
      'nginx tests it first; if it is refused, everything stays as it is.',
      openSessionsStay(detail),
    ].filter((line) => line !== null),
  };
}

export function reloadQuestion(detail: BalancerDetail): Question {
  return {
    title: 'Have nginx read its file again?',
    lines: [
      `nginx takes what stands in ${detail.config.path} now, whoever wrote it. If it does not pass nginx’s test, nothing changes.`,
      openSessionsStay(detail),
    ],
  };
}

export function restoreQuestion({ config }: BalancerDetail, backup: { ours: boolean }): Question {
  return {
    title: 'Restore this configuration?',
    lines: [
      'It is tested, written and loaded as it is. What is live now is kept among the backups.',
      'Then it is held: stations that come, go or hang are NOT followed until the wanted configuration is applied. It may lack stations that are there now, and name some that are gone.',
      backup.ours
        ? null
        : 'It is not one of ours: unless it leads to the stations, nothing is balanced while it is live, and the ports of the balancer are closed.',
      `To go back, apply: the wanted configuration is written to ${config.path} again.`,
    ].filter((line) => line !== null),
  };
}

function overwritten({ config, state }: BalancerDetail): string | null {
  if (state.state === 'held')
    return 'The restored configuration gives way to the wanted one, and changes of the fleet are followed again.';
  const words: Record<typeof config.drift, string | null> = {
    none: null,
    differs: `What was changed in ${config.path} is kept among the backups, and then replaced.`,
    foreign: `The file at ${config.path} is not ours. It is kept among the backups, and then replaced.`,
    absent: `${config.path} does not exist any more and is written anew.`,
  };
  return words[config.drift];
}

function openSessionsStay({ settings }: BalancerDetail): string {
  return `Open sessions are not cut: old nginx workers finish them, for ${plural(settings.oldWorkerMinutes, 'minute')} at most.`;
}
