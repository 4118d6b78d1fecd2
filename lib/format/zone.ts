/** Moments in a time zone of choice. Pure. */

/** How far a zone's clock is ahead of UTC at a moment, milliseconds; an unknown zone is UTC. */
export function zoneOffsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.floor(at / 1000) * 1000;
}

/** `2026-11-23 18:05:09` in that zone. */
export function formatInZone(at: number, zone: string): string {
  return new Date(at + zoneOffsetMs(at, zone)).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * The moment at which that zone's clocks show `2026-11-23T18:05`, milliseconds since the epoch. Clocks that are set back
 * show it twice: the first time counts; what clocks that are set forward leave out is taken as if they had not been.
 * @returns NaN for what is no such time
 */
export function momentInZone(text: string, zone: string): number {
  const asUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(asUtc)) return asUtc;
  // No zone changes its clock twice within two days.
  const before = asUtc - zoneOffsetMs(asUtc - DAY_MS, zone);
  const after = asUtc - zoneOffsetMs(asUtc + DAY_MS, zone);
  const shown = [before, after].filter((at) => at + zoneOffsetMs(at, zone) === asUtc);
  return shown.length > 0 ? Math.min(...shown) : before;
}

const DAY_MS = 86_400_000;

/** Short words for an axis: the time of day, or the day where the axis spans several. */
export function axisText(at: number, zone: string, spanMs: number): string {
  const hours = spanMs / 3_600_000;
  if (hours <= 36)
    return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone });
  const month = { day: 'numeric', month: 'short', timeZone: zone } as const;
  return new Date(at).toLocaleDateString('en', hours > 24 * 200 ? { ...month, year: '2-digit' } : month);
}

export function isZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The zone of whoever formats. */
export function ownZone(): string {
  return new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
}
