/** What pressing a button will do, told before it is done. Pure. */
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import { plural } from '../../lib/format/count.ts';

export interface Question {
  title: string;
  lines: string[];
}

const OPEN_SESSIONS = 'Open sessions are not cut: old nginx workers finish them';

/** What Apply writes over; null when nothing changes, and nobody has to be asked. */
export function applyQuestion(detail: BalancerDetail): Question | null {
  const { config, state, settings, foreignSites } = detail;
  const changes = config.diff !== null || config.drift !== 'none';
  if (state.state !== 'held' && !changes) return null;
  const what: Record<typeof config.drift, string | null> = {
    none: null,
    differs: `What was changed in ${config.path} is kept among the backups, and then replaced.`,
    foreign: `The file at ${config.path} is not ours. It is kept among the backups, and then replaced.`,
    absent: `${config.path} does not exist any more and is written anew.`,
  };
  const sites =
    config.drift === 'foreign' && foreignSites.length > 0
      ? `${plural(foreignSites.length, 'site')} of your own nginx will not be served any more: ${foreignSites.join(', ')}.`
      : null;
  return {
    title:
      config.drift === 'foreign' ? 'Write over a file that is not ours?' : 'Apply the wanted configuration?',
    lines: [
      state.state === 'held'
        ? 'The restored configuration gives way to the wanted one, and changes of the fleet are followed again.'
        : what[config.drift],
      sites,
      `${OPEN_SESSIONS}, for ${plural(settings.oldWorkerMinutes, 'minute')} at most.`,
      'nginx tests it first; if it is refused, everything stays as it is.',
    ].filter((line) => line !== null),
  };
}

export function reloadQuestion({ config, settings }: BalancerDetail): Question {
  return {
    title: 'Have nginx read its file again?',
    lines: [
      `nginx takes what stands in ${config.path} now, whoever wrote it. If it does not pass nginx’s test, nothing changes.`,
      `${OPEN_SESSIONS}, for ${plural(settings.oldWorkerMinutes, 'minute')} at most.`,
    ],
  };
}

export function restoreQuestion({ config, state }: BalancerDetail, backup: { ours: boolean }): Question {
  return {
    title: 'Restore this configuration?',
    lines: [
      'It is tested, written and loaded as it is. What is live now is kept among the backups.',
      'Then it is held: stations that come, go or hang are NOT followed until you press Apply. Stations that have changed since are not in it, and clients sent to those that are gone fail.',
      backup.ours
        ? null
        : `It is not one of ours: unless it names the stations, nothing is balanced while it is live${state.ports.length > 0 ? ', and the ports above are closed' : ''}.`,
      `To go back, press Apply: it writes the wanted configuration to ${config.path} again.`,
    ].filter((line) => line !== null),
  };
}
