/** What rules of nftables that somebody else made let in. They are understood in part; the rest is doubt. Pure. */
import type { Opening } from './rules.ts';

interface Chain {
  policy: 'accept' | 'drop';
  rules: string[];
}

/** Chains of `nft --terse list ruleset` that packets to this host pass, of IPv4. */
export function parseInputChains(text: string): Chain[] {
  const chains: Chain[] = [];
  let family = '';
  let chain: Chain | null = null;
  for (const line of text.split('\n').map((one) => one.trim())) {
    family = /^table (\w+) /.exec(line)?.[1] ?? family;
    const head = /^type filter hook input priority [^;]*;(?: policy (\w+);)?/.exec(line);
    if (head !== null && (family === 'ip' || family === 'inet')) {
      chain = { policy: head[1] === 'drop' ? 'drop' : 'accept', rules: [] };
      chains.push(chain);
    } else if (line === '}') chain = null;
    else if (chain !== null && line !== '') chain.rules.push(line);
  }
  return chains;
}

/** Whether something is held back: by the policy, or by a last rule that fits everything. */
export function holdsBack({ policy, rules }: Chain): boolean {
  return policy === 'drop' || rules.some((rule) => isFinal(parseRule(rule)) && /drop|reject/.test(rule));
}

/** @returns null where a rule that is not understood may decide */
export function isLetIn(chains: readonly Chain[], opening: Opening): boolean | null {
  const verdicts = chains.map((chain) => judge(chain, opening));
  if (verdicts.includes(false)) return false;
  return verdicts.includes(null) ? null : true;
}

function judge({ policy, rules }: Chain, { port, protocol }: Opening): boolean | null {
  let doubt = false;
  for (const text of rules) {
    const rule = parseRule(text);
    if (rule.verdict === null || isForOthers(rule.matches)) continue;
    const fit = fits(rule.matches, port, protocol);
    if (fit === 'no') continue;
    if (fit === 'maybe' || (rule.verdict !== 'accept' && rule.verdict !== 'drop')) doubt = true;
    else return doubt ? null : rule.verdict === 'accept';
  }
  return doubt ? null : policy === 'accept';
}

interface NftRule {
  matches: string;
  verdict: 'accept' | 'drop' | 'other' | null;
}

function parseRule(text: string): NftRule {
  const plain = text
    .replace(/ ?comment ".*"$/, '')
    .replace(/counter packets \d+ bytes \d+ ?/, '')
    .replace(/log( prefix "[^"]*")?( (level|flags|group) \S+)* ?/, '')
    .trim();
  const match = /^(.*?) ?\b(accept|drop|reject(?: with .*)?|(?:jump|goto) \S+|return|queue.*)$/.exec(plain);
  if (match === null) return { matches: plain, verdict: plain.includes('vmap') ? 'other' : null };
  const [, matches = '', word = ''] = match;
  const verdict = word === 'accept' ? 'accept' : /^(drop|reject)/.test(word) ? 'drop' : 'other';
  return { matches: matches.trim(), verdict };
}

function isFinal({ matches, verdict }: NftRule): boolean {
  return matches === '' && verdict === 'drop';
}

/** Packets of this host to itself, of connections that stand, and of ICMP. */
function isForOthers(matches: string): boolean {
  const state = /\bct state (\{[^}]*\}|\S+)/.exec(matches)?.[1];
  return (
    /\biif(name)? "?lo"?(\s|$)/.test(matches) ||
    (state !== undefined && !state.includes('new')) ||
    /\bicmp(v6)?\b|ipv6-icmp/.test(matches)
  );
}

function fits(matches: string, port: number, protocol: 'tcp' | 'udp'): 'yes' | 'no' | 'maybe' {
  const named = /\b(tcp|udp|th) dport (\{[^}]*\}|\S+)/.exec(matches);
  const transport = /\b(?:meta l4proto|ip protocol) (\{[^}]*\}|\S+)/.exec(matches)?.[1];
  if (transport !== undefined && !transport.includes(protocol)) return 'no';
  if (named?.[1] !== undefined && named[1] !== 'th' && named[1] !== protocol) return 'no';
  if (named?.[2] !== undefined) {
    const list = named[2].replace(/[{}]/g, '').split(',');
    const ranges = list.map((part) => part.trim().split('-').map(Number));
    // A set by its name, or a service's.
    if (ranges.flat().some(Number.isNaN)) return 'maybe';
    if (!ranges.some(([from = 0, to = from]) => from <= port && port <= to)) return 'no';
  }
  const rest = matches
    .replace(named?.[0] ?? '', '')
    .replace(/\b(meta l4proto|ip protocol) (\{[^}]*\}|\S+)/, '')
    .replace(/\bct state (\{[^}]*\}|\S+)/, '')
    .trim();
  return rest === '' ? 'yes' : 'maybe';
}
