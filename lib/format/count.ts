/** Numbers of things, in words for people. Pure; shared by the panel and the CLI. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `12345` → `12,345`. */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** `plural(1, 'station')` → `1 station`, `plural(2, 'person', 'people')` → `2 people`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A share from 0 to 1 → `34 %`; shares too small for a whole per cent are not rounded away. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.01) return '< 1 %';
  return `${Math.round(share * 100)} %`;
}
