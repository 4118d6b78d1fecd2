/** Words for the vault; shared by the panel and the CLI. Pure. */
import type { ArchiveContent, VaultArchive, VaultSchedule } from '../contract/vault.ts';
import { plural } from './count.ts';
import { formatDateTime } from './time.ts';

const KINDS = { manual: 'by hand', scheduled: 'scheduled', brought: 'from elsewhere' } as const;

export function kindWords(kind: VaultArchive['kind']): string {
  return KINDS[kind];
}

export function contentSentence({ createdAt, keys, fleet, history }: ArchiveContent): string {
  const settings =
    fleet === null ? 'settings of another version' : `settings of ${plural(fleet.count, 'station')}`;
  return `Made ${formatDateTime(createdAt)}: ${plural(keys.length, 'key')}, ${settings}${history ? ', history' : ''}.`;
}

export function scheduleSentence({ everyHours, keep, history }: VaultSchedule): string {
  if (everyHours === 0) return 'No backup is scheduled.';
  const every =
    everyHours % 24 === 0
      ? everyHours === 24
        ? 'Every day'
        : `Every ${everyHours / 24} days`
      : everyHours === 1
        ? 'Every hour'
        : `Every ${everyHours} hours`;
  return `${every}, ${history ? 'with the history' : 'keys and settings'}; the newest ${plural(keep, 'archive is', 'archives are')} kept.`;
}
