/** What has to be open, what is, and what is missing. Pure. */

export interface Opening {
  port: number;
  protocol: 'tcp' | 'udp';
  purpose: 'ssh' | 'balancer';
}

/** One line of `ufw show added`. */
export interface UfwRule {
  /** Without `ufw` in front. */
  text: string;
  lets: boolean;
  /** Bound to an address: it does not open the port for everyone. */
  bound: boolean;
  /** Empty where the rule names an application that is not known here. */
  ports: { from: number; to: number; protocol: 'tcp' | 'udp' | null }[];
}

/** Profiles and services that stand for a port. */
const NAMES: Record<string, string> = {
  openssh: '22/tcp',
  ssh: '22/tcp',
  http: '80/tcp',
  https: '443/tcp',
  'nginx https': '443/tcp',
  'nginx http': '80/tcp',
};

export function neededOpenings(ssh: readonly number[], balancer: readonly number[]): Opening[] {
  return [
    ...ssh.map((port) => ({ port, protocol: 'tcp' as const, purpose: 'ssh' as const })),
    ...balancer.flatMap((port) =>
      (['tcp', 'udp'] as const).map((protocol) => ({ port, protocol, purpose: 'balancer' as const })),
    ),
  ];
}

export function parseUfwRules(text: string): UfwRule[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('ufw '))
    .map((line) => parseRule(line.slice('ufw '.length).trim()));
}

function parseRule(text: string): UfwRule {
  const [action = '', ...rest] = text.replace(/ comment '.*'$/, '').split(' ');
  const words = rest.filter((word) => word !== 'in');
  const lets = (action === 'allow' || action === 'limit') && rest[0] !== 'out';
  const bound = words.includes('from') && words[words.indexOf('from') + 1] !== 'any';
  return { text, lets, bound, ports: portsOf(words) };
}

/** `443/tcp`, `OpenSSH`, `proto tcp from any to any port 80,443`. */
function portsOf(words: readonly string[]): UfwRule['ports'] {
  const at = words.indexOf('port');
  const proto = words[words.indexOf('proto') + 1];
  const spec = at === -1 ? words.join(' ').replace(/'/g, '') : (words[at + 1] ?? '');
  const [list = '', suffix] = (NAMES[spec.toLowerCase()] ?? spec).split('/');
  const protocol = words.includes('proto') ? proto : suffix;
  if (!/^\d+([:,]\d+)*$/.test(list)) return [];
  return list.split(',').map((part) => {
    const [from = 0, to = from] = part.split(':').map(Number);
    return { from, to, protocol: protocol === 'tcp' || protocol === 'udp' ? protocol : null };
  });
}

/** A rule for SSH that is bound to an address is the operator's own choice and counts: opening it wider would undo it. */
export function isOpen({ port, protocol, purpose }: Opening, rules: readonly UfwRule[]): boolean {
  return rules.some(
    ({ lets, bound, ports }) =>
      lets &&
      (!bound || purpose === 'ssh') &&
      ports.some((one) => one.from <= port && port <= one.to && (one.protocol ?? protocol) === protocol),
  );
}

/** Rules that let in what nobody of ours needs. */
export function beyond(needed: readonly Opening[], rules: readonly UfwRule[]): UfwRule[] {
  const isNeeded = (from: number, to: number, protocol: string | null) =>
    from === to && needed.some((one) => one.port === from && (protocol ?? one.protocol) === one.protocol);
  return rules.filter(
    ({ lets, ports }) =>
      lets && (ports.length === 0 || ports.some(({ from, to, protocol }) => !isNeeded(from, to, protocol))),
  );
}

/** Arguments for ufw, SSH first: until that stands nothing else is touched. */
export function missingRules(needed: readonly Opening[], rules: readonly UfwRule[]): string[] {
  const missing = needed.filter((opening) => !isOpen(opening, rules));
  const order = { ssh: 0, balancer: 1 };
  return missing
    .sort((a, b) => order[a.purpose] - order[b.purpose])
    .map(({ port, protocol }) => `${port}/${protocol}`);
}

/** Ports of sshd_config, of all its `Port` and `ListenAddress` lines. */
export function sshdPorts(config: string): number[] {
  const ports = config.split('\n').flatMap((line) => {
    const port =
      /^\s*Port\s+(\d{1,5})\s*$/i.exec(line) ?? /^\s*ListenAddress\s+\S*:(\d{1,5})\s*$/i.exec(line);
    return port?.[1] === undefined ? [] : [Number(port[1])];
  });
  return [...new Set(ports)];
}
