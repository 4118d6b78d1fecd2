import { describe, expect, it } from 'vitest';
import { isOpenInZone } from './firewalld.ts';
import { holdsBack, isLetIn, parseInputChains } from './nft-rules.ts';
import type { Opening } from './rules.ts';

const ruleset = (policy: string, ...rules: string[]) => `table ip6 other {
	chain input {
		type filter hook input priority filter; policy drop;
	}
}
table inet mine {
	set allowed {
		type ipv4_addr
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
	chain input {
		type filter hook input priority filter; policy ${policy};
		ct state { established, related } accept
		iifname "lo" accept
		ct state invalid counter packets 1 bytes 40 drop
${rules.map((rule) => `\t\t${rule}`).join('\n')}
	}
}
`;
const opening = (port: number, protocol: 'tcp' | 'udp' = 'tcp'): Opening => ({
  port,
  protocol,
  purpose: 'balancer',
});
const open = (text: string, port = 443, protocol: 'tcp' | 'udp' = 'tcp') =>
  isLetIn(parseInputChains(text), opening(port, protocol));

describe('rules of nftables that others made', () => {
  it.each<[boolean, string]>([
    [false, ruleset('accept')],
    [true, ruleset('drop')],
    [true, ruleset('accept', 'tcp dport 22 accept', 'counter packets 0 bytes 0 drop')],
    [true, ruleset('accept', 'tcp dport 22 accept', 'reject with icmpx admin-prohibited')],
    [false, ruleset('accept', 'tcp dport 25 drop')],
    [
      false,
      'table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority 0; policy drop;\n\t}\n}\n',
    ],
  ])('hold back: %s', (expected, text) => {
    expect(parseInputChains(text).some(holdsBack)).toBe(expected);
  });

  it.each<[boolean | null, string[]]>([
    [true, ['tcp dport 443 accept']],
    [true, ['tcp dport { 22, 400-500 } counter packets 3 bytes 180 accept comment "web"']],
    [true, ['meta l4proto { tcp, udp } th dport 443 accept']],
    [true, ['tcp dport 25 drop', 'ct state new tcp dport 443 accept']],
    [false, ['udp dport 443 accept']],
    [false, ['tcp dport 22 accept', 'tcp dport 443 drop']],
    [false, ['ip protocol icmp accept', 'icmp type echo-request accept']],
    [null, ['ip saddr @allowed tcp dport 443 accept']],
    [null, ['jump services']],
    [null, ['tcp dport vmap { 443 : accept }']],
    [null, ['tcp dport @ports accept']],
  ])('of a chain that drops the rest let 443/tcp in: %s, by %j', (expected, rules) => {
    expect(open(ruleset('drop', ...rules))).toBe(expected);
    expect(open(ruleset('accept', ...rules, 'drop'))).toBe(expected);
  });
});

describe('a zone of firewalld', () => {
  const zone = (services: string, ports: string, rich = '') =>
    `public (active)\n  target: default\n  services: ${services}\n  ports: ${ports}\n  protocols:\n  rich rules: \n${rich}`;
  it.each<[boolean | null, string]>([
    [true, zone('ssh dhcpv6-client', '400-500/tcp')],
    [true, zone('ssh https', '')],
    [false, zone('ssh dhcpv6-client', '443/udp')],
    [null, zone('ssh my-own', '')],
    [null, zone('ssh', '', '\trule family="ipv4" source address="10.0.0.0/8" accept\n')],
    [true, zone('', '').replace('target: default', 'target: ACCEPT')],
  ])('lets 443/tcp in: %s', (expected, text) => {
    expect(isOpenInZone(text, opening(443))).toBe(expected);
  });
});
