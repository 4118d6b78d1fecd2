/** What a value must be, and what it becomes: never worse than what the host has already. Pure. */

export type Rule =
  | { kind: 'atLeast'; value: number }
  | { kind: 'atMost'; value: number }
  /** `value`, unless the host has one of `also`, which does the same or better. */
  | { kind: 'exactly'; value: string; also?: readonly string[] }
  /** Two numbers; the span may only grow. */
  | { kind: 'span'; low: number; high: number }
  /** Numbers side by side, each a least. */
  | { kind: 'eachAtLeast'; values: readonly number[] }
  /** A list such as `80,8081-8120`; these belong to it, and what is in it stays. */
  | { kind: 'ports'; ports: readonly number[] };

/** Values are compared and written with single blanks; the kernel answers with tabs. */
export function normalize(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

/** What `now` must become; `now` itself, normalised, where it does already. */
export function valueFor(rule: Rule, now: string): string {
  const value = normalize(now);
  switch (rule.kind) {
    case 'atLeast':
      return number(value) >= BigInt(rule.value) ? value : String(rule.value);
    case 'atMost':
      return number(value) <= BigInt(rule.value) ? value : String(rule.value);
    case 'exactly':
      return value === rule.value || rule.also?.includes(value) === true ? value : rule.value;
    case 'span': {
      const [low = rule.low, high = rule.high] = value.split(' ').map(Number);
      return `${Math.min(low, rule.low)} ${Math.max(high, rule.high)}`;
    }
    case 'eachAtLeast':
      return eachAtLeast(rule.values, value);
    case 'ports': {
      const has = expandPorts(value);
      return rule.ports.every((port) => has.has(port)) ? value : joinPorts([...has, ...rule.ports]);
    }
  }
}

/** The target as people read it. */
export function targetWords(rule: Rule): string {
  switch (rule.kind) {
    case 'atLeast':
      return `at least ${rule.value}`;
    case 'atMost':
      return `at most ${rule.value}`;
    case 'exactly':
      return rule.value;
    case 'span':
      return `${rule.low} ${rule.high}`;
    case 'eachAtLeast':
      return `at least ${rule.values.join(' ')}`;
    case 'ports':
      return joinPorts(rule.ports);
  }
}

function eachAtLeast(values: readonly number[], now: string): string {
  const has = now.split(' ');
  return values
    .map((least, at) => {
      const value = has[at];
      return value !== undefined && number(value) >= BigInt(least) ? value : String(least);
    })
    .join(' ');
}

/** fs.file-max of a current kernel is beyond what a double holds. A text that is no number is less than any. */
function number(text: string): bigint {
  return /^-?\d+$/.test(text) ? BigInt(text) : -1n;
}

/** `80,8081-8083` → 80, 8081, 8082, 8083. */
export function expandPorts(list: string): Set<number> {
  const ports = new Set<number>();
  for (const part of list.split(',').filter((text) => text.trim() !== '')) {
    const [from = 0, to = from] = part.split('-').map(Number);
    for (let port = from; port <= to; port += 1) ports.add(port);
  }
  return ports;
}

/** In order, neighbours as a range: the form in which the kernel gives the list back. */
export function joinPorts(ports: Iterable<number>): string {
  const sorted = [...new Set(ports)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const port of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === port - 1) last[1] = port;
    else ranges.push([port, port]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
