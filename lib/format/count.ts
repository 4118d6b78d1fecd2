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

/** `1, 3–5 and 9` of numbers that rise. */
export function numberRanges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  const parts = runs.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`));
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
