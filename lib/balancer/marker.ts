/** Tells whose an nginx.conf is: ours as we wrote it, ours but changed by hand, or somebody else's. Pure. */
import { createHash } from 'node:crypto';

const MARKER = /^# Written by Conduit Cluster Manager, sha256 ([0-9a-f]{64})\n/;

/** Puts the line that names us and the content's hash before `body`. */
export function withMarker(body: string): string {
  return `# Written by Conduit Cluster Manager, sha256 ${sha256(body)}\n${body}`;
}

export type Ownership = 'ours' | 'ours-changed' | 'foreign';

export function ownershipOf(text: string): Ownership {
  const match = MARKER.exec(text);
  if (match === null) return 'foreign';
  return sha256(text.slice(match[0].length)) === match[1] ? 'ours' : 'ours-changed';
}

/**
 * How the live file stands to what is wanted.
 * @param live null when there is no file
 * @param wanted null while the balancer is off: then a file of ours needs only to be unchanged
 */
export function driftOf(
  live: string | null,
  wanted: string | null,
): 'none' | 'differs' | 'foreign' | 'absent' {
  if (live === null) return 'absent';
  const ownership = ownershipOf(live);
  if (ownership === 'foreign') return 'foreign';
  if (ownership === 'ours-changed') return 'differs';
  return wanted === null || live === wanted ? 'none' : 'differs';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
