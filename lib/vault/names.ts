/** What archives are called: their names tell when and why they were made. Pure. */
import { archiveIdSchema, type VaultArchive } from '../contract/vault.ts';

const OURS = /^conduit-\d{8}T\d{9}Z(-scheduled)?\.age$/;
const BROUGHT = 'brought-';

export function nameOf(kind: 'manual' | 'scheduled', at: number): string {
  const stamp = new Date(at).toISOString().replaceAll(/[-:.]/g, '');
  return `conduit-${stamp}${kind === 'scheduled' ? '-scheduled' : ''}.age`;
}

/** Null for a file that is no archive. */
export function kindOf(id: string): VaultArchive['kind'] | null {
  if (!archiveIdSchema.safeParse(id).success) return null;
  const match = OURS.exec(id);
  if (match === null) return 'brought';
  return match[1] === undefined ? 'manual' : 'scheduled';
}

/** A name of ours for a file from elsewhere, which is never taken for one that was made here. */
export function broughtName(name: string, isTaken: (id: string) => boolean): string {
  const stem =
    name
      .replace(/\.age$/i, '')
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^(brought-)+/, '')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 80) || 'archive';
  for (let n = 1; ; n++) {
    const id = `${BROUGHT}${stem}${n === 1 ? '' : `-${n}`}.age`;
    if (!isTaken(id)) return id;
  }
}

/** Scheduled archives that are older than the newest `keep` of them. */
export function expired(ids: readonly string[], keep: number): string[] {
  return ids
    .filter((id) => kindOf(id) === 'scheduled')
    .sort()
    .reverse()
    .slice(keep);
}
