/** Which content stations are made from, where the name of an image could lead elsewhere meanwhile. Pure. */
import type { DesiredFleet, ProvenImage } from '../contract/fleet.ts';
import { readShape } from './station-shape.ts';

/**
 * What is proven; or else, in a fleet from before anything was, what most of its stations were made from under that name.
 * @returns null when the name itself has to say
 */
export function wantedContent(
  desired: DesiredFleet,
  stations: Iterable<{ imageId: string; labels: Record<string, string> }>,
  reference: string,
): Omit<ProvenImage, 'reference'> | null {
  if (desired.proven?.reference === reference) return desired.proven;
  const counts = new Map<string, number>();
  for (const { imageId, labels } of stations)
    if (readShape(labels)?.image === reference) counts.set(imageId, (counts.get(imageId) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most === undefined ? null : { id: most[0], digest: null };
}

/** Notes that stations are made from this content; the same object when that is known, or another image is wanted meanwhile. */
export function withProven(desired: DesiredFleet, { reference, id, digest }: ProvenImage): DesiredFleet {
  const { proven, settings } = desired;
  if (reference !== settings.image || (proven?.reference === reference && proven.id === id)) return desired;
  return { ...desired, proven: { reference, id, digest } };
}

/** `ghcr.io/a/b:latest` by its content: `ghcr.io/a/b@sha256:…`. */
export function byDigest(reference: string, digest: string): string {
  return `${reference.replace(/@sha256:[a-f0-9]{64}$/, '').replace(/:[^/:]+$/, '')}@${digest}`;
}
