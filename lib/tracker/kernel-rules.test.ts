import { describe, expect, it } from 'vitest';
import { captureFilter } from './filter.ts';
import { bestDevice } from './interfaces.ts';
import { renderTable, renderTurn } from './kernel-rules.ts';
import { unprivilegedUser } from './unprivileged-user.ts';

const rules = { table: 'x_geo', interface: 'eth0', preset: 'frontend', ports: [443, 5566] } as const;

describe('rules', () => {
  it('count clients only at our ports, both ways', () => {
    const turn = renderTurn(rules, 'b');
    expect(turn).toContain('flush chain inet x_geo arriving');
    expect(turn).toContain('arriving th dport != { 443, 5566 } return');
    expect(turn).toContain('leaving th sport != { 443, 5566 } return');
    expect(turn).toContain('arriving meta nfproto ipv4 update @arriving_ipv4_b { ip saddr counter } return');
    expect(turn).toContain('leaving meta nfproto ipv6 update @leaving_ipv6_b { ip6 daddr counter } return');
    expect(turn).not.toContain('_a ');
    expect(turn).not.toContain('22 return');
  });

  it('count everything but SSH, when all is wanted', () => {
    const turn = renderTurn({ ...rules, preset: 'all' }, 'a');
    expect(turn).toContain('arriving tcp dport 22 return');
    expect(turn).not.toContain('443');
  });

  it('see one interface only', () => {
    expect(renderTable(rules)).toContain('iif "eth0" jump arriving');
    expect(renderTable(rules)).toContain('oif "eth0" jump leaving');
  });
});

describe('tcpdump', () => {
  it('passes what is for our ports and from them, and tagged frames where there can be some', () => {
    const input = { preset: 'frontend', ports: [443, 5566], ethernet: false, hosts: ['192.0.2.7'] } as const;
    expect(captureFilter(input)).toBe(
      '((dst host 192.0.2.7) and (tcp or udp) and (dst port 443 or dst port 5566)) or ((src host 192.0.2.7) and (tcp or udp) and (src port 443 or src port 5566))',
    );
    expect(captureFilter({ ...input, hosts: [] })).toContain('(inbound and (tcp or udp)');
    expect(captureFilter({ ...input, ethernet: true })).toContain(
      'or ether proto 0x8100 or ether proto 0x88a8',
    );
    expect(captureFilter({ ...input, preset: 'all' })).toBe('((ip or ip6) and not tcp port 22)');
  });

  it('becomes whom its package made', () => {
    expect(unprivilegedUser('root:x:0\nnobody:x:1\ntcpdump:x:2\n')).toBe('tcpdump');
    expect(unprivilegedUser('root:x:0\nnobody:x:1\n')).toBe('nobody');
  });
});

describe('the main interface', () => {
  it('is where the way leads, the shortest first', () => {
    expect(bestDevice('[{"dst":"1.1.1.1","gateway":"10.0.0.1","dev":"eth0"}]')).toBe('eth0');
    const two = [
      { dst: 'default', dev: 'wlan0', metric: 600 },
      { dst: 'default', dev: 'eth1', metric: 100 },
    ];
    expect(bestDevice(JSON.stringify(two))).toBe('eth1');
    expect(bestDevice('[{"dst":"1.1.1.1","dev":"lo"}]')).toBeNull();
    expect(bestDevice('[]')).toBeNull();
    expect(bestDevice('')).toBeNull();
  });
});
