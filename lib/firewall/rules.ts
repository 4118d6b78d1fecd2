/** What has to be open, what ufw lets in, and what is missing. Pure. */

export interface Opening {
  port: number;
  protocol: 'tcp' | 'udp';
  purpose: 'ssh' | 'balancer';
}

/** One line of `ufw show added`. */
export interface UfwRule {
  /** Without `ufw` in front. */
  text: string;
  verdict: 'lets' | 'denies' | 'elsewhere';
  /** Only packets of some senders, or only on one interface or address of this host. */
  bound: 'sender' | 'place' | null;
  /** Null where the rule names an application that is not known here. */
  ports: { from: number; to: number; protocol: 'tcp' | 'udp' | null }[] | null;
}

export interface UfwRules {
  /** In their order: the first that fits a packet decides. */
  list: readonly UfwRule[];
  /** What happens to a packet that none of them fits. */
  otherwise: 'lets' | 'denies';
}

/** Profiles and services that stand for a port. */
const NAMES: Record<string, string> = {
  openssh: '22/tcp',
  ssh: '22/tcp',
  http: '80/tcp',
  https: '443/tcp',
  'nginx https': '443/tcp',
  'nginx http': '80/tcp',
  'nginx full': '80,443/tcp',
};
const ALL_PORTS = { from: 0, to: 65_535 };

export function neededOpenings(ssh: readonly number[], balancer: readonly number[]): Opening[] {
  return [
    ...ssh.map((port) => ({ port, protocol: 'tcp' as const, purpose: 'ssh' as const })),
    ...balancer.flatMap((port) =>
      (['tcp', 'udp'] as const).map((protocol) => ({ port, protocol, purpose: 'balancer' as const })),
    ),
  ];
}

/** @param added what `ufw show added` prints @param defaults /etc/default/ufw */
export function parseUfwRules(added: string, defaults: string): UfwRules {
  const list = added
    .split('\n')
    .filter((line) => line.startsWith('ufw '))
    .map((line) => parseRule(line.slice('ufw '.length).trim()));
  const accepts = /^DEFAULT_INPUT_POLICY="?ACCEPT/m.test(defaults);
  return { list, otherwise: accepts ? 'lets' : 'denies' };
}

/** `allow 443/tcp`, `limit in on eth0 from 10.0.0.9 to any port 22 proto tcp`, `allow 'Nginx Full' comment 'x'`. */
function parseRule(text: string): UfwRule {
  const words = (text.replace(/ comment '.*'$/, '').match(/'[^']*'|\S+/g) ?? []).map((word) =>
    word.replace(/'/g, ''),
  );
  const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
  const [action = '', ...rest] = words;
  const isLet = action === 'allow' || action === 'limit';
  const isDenied = action === 'deny' || action === 'reject';
  const verdict = rest[0] === 'out' || !(isLet || isDenied) ? 'elsewhere' : isLet ? 'lets' : 'denies';
  const from = words.slice(words.indexOf('from') + 1, words.includes('to') ? words.indexOf('to') : undefined);
  const isSender =
    words.includes('from') && (from[0] !== 'any' || from.includes('port') || from.includes('app'));
  const isPlace = words.includes('on') || (after('to') !== undefined && after('to') !== 'any');
  return { text, verdict, bound: isSender ? 'sender' : isPlace ? 'place' : null, ports: portsOf(rest) };
}

function portsOf(words: readonly string[]): UfwRule['ports'] {
  const isLong = ['on', 'from', 'to'].some((word) => words.includes(word));
  const target = words.slice(words.indexOf('to') + 1);
  const at = Math.max(target.indexOf('port'), target.indexOf('app'));
  const proto = words[words.indexOf('proto') + 1];
  const short = words.filter((word) => !['in', 'log', 'log-all'].includes(word))[0] ?? '';
  const spec = !isLong ? short : words.includes('to') && at !== -1 ? (target[at + 1] ?? '') : '';
  const [list = '', suffix] = (NAMES[spec.toLowerCase()] ?? spec).split('/');
  const named = words.includes('proto') ? proto : suffix;
  if (named !== undefined && named !== 'tcp' && named !== 'udp') return [];
  const protocol = named ?? null;
  if (list === '') return [{ ...ALL_PORTS, protocol }];
  if (!/^\d+([:,]\d+)*$/.test(list)) return null;
  return list.split(',').map((part) => {
    const [first = 0, last = first] = part.split(':').map(Number);
    return { from: first, to: last, protocol };
  });
}

/** How an opening stands, and the rule that shuts it, where one does. */
export interface Standing {
  /** `mostly`: for everyone, but an earlier rule takes something away; `some`: only for some senders or on some networks. */
  open: 'yes' | 'mostly' | 'some' | 'no';
  by: UfwRule | null;
}

export function standing({ port, protocol }: Opening, { list, otherwise }: UfwRules): Standing {
  let some = false;
  let lessBy: UfwRule | null = null;
  for (const rule of list) {
    if (rule.verdict === 'elsewhere' || !mayFit(rule, port, protocol)) continue;
    const isWhole = rule.bound === null && rule.ports !== null;
    if (rule.verdict === 'lets') {
      if (isWhole) return { open: lessBy === null ? 'yes' : 'mostly', by: lessBy };
      // A profile that is not known opens what is not known.
      some ||= rule.ports !== null;
      continue;
    }
    if (isWhole) return { open: some ? 'some' : 'no', by: rule };
    // Single senders that are kept out take nothing from everyone else.
    if (rule.bound !== 'sender') lessBy ??= rule;
  }
  if (otherwise === 'lets') return { open: lessBy === null ? 'yes' : 'mostly', by: lessBy };
  return { open: some ? 'some' : 'no', by: null };
}

function mayFit({ ports }: UfwRule, port: number, protocol: 'tcp' | 'udp'): boolean {
  if (ports === null) return true;
  return ports.some((one) => one.from <= port && port <= one.to && (one.protocol ?? protocol) === protocol);
}

/** SSH for some is the operator's own choice and counts while ufw is on: opening it wider would undo it. */
export function isOpen(opening: Opening, rules: UfwRules): boolean {
  const { open } = standing(opening, rules);
  return open === 'yes' || open === 'mostly' || (open === 'some' && opening.purpose === 'ssh');
}

/** Rules that let in what nobody of ours needs. */
export function beyond(needed: readonly Opening[], { list }: UfwRules): UfwRule[] {
  const isNeeded = (from: number, to: number, protocol: string | null) =>
    from === to && needed.some((one) => one.port === from && (protocol ?? one.protocol) === one.protocol);
  return list.filter(
    ({ verdict, ports }) =>
      verdict === 'lets' &&
      (ports === null || ports.some(({ from, to, protocol }) => !isNeeded(from, to, protocol))),
  );
}

/** What is to be let in as well, SSH first: until that stands nothing else is touched. */
export function missingOpenings(needed: readonly Opening[], rules: UfwRules): Opening[] {
  const order = { ssh: 0, balancer: 1 };
  return needed
    .filter((opening) => !isOpen(opening, rules) && standing(opening, rules).by === null)
    .sort((a, b) => order[a.purpose] - order[b.purpose]);
}

/** Shut by a rule of the operator, which comes before any that could be added. */
export function deniedOpenings(
  needed: readonly Opening[],
  rules: UfwRules,
): { opening: Opening; by: UfwRule }[] {
  return needed.flatMap((opening) => {
    const { by } = standing(opening, rules);
    return by === null || isOpen(opening, rules) ? [] : [{ opening, by }];
  });
}

/** As an argument for ufw. */
export function ruleFor({ port, protocol }: Opening): string {
  return `${port}/${protocol}`;
}

/** Once these stand too. */
export function withRules(rules: UfwRules, added: readonly Opening[]): UfwRules {
  const more = added.map((opening) => parseRule(`allow ${ruleFor(opening)}`));
  return { ...rules, list: [...rules.list, ...more] };
}
