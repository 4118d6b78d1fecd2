import { describe, expect, it } from 'vitest';
import { DEFAULT_BALANCER_SETTINGS } from '../contract/settings.ts';
import { renderKernelRules } from './kernel-rules.ts';

const settings = { ...DEFAULT_BALANCER_SETTINGS, extraPorts: [8443] };
const backends = [
  { index: 2, address: '172.30.0.17' },
  { index: 1, address: '172.30.0.16' },
];

describe('renderKernelRules', () => {
  it('names our table in every line, so that nothing else can be touched', () => {
    const script = renderKernelRules({ table: 'conduit_balancer', backends, settings });
    for (const line of script.trim().split('\n'))
      expect(line).toMatch(/^(add|flush) \w+ ip conduit_balancer\b/);
  });

  it('leads new sessions on all ports to stations, and only those for this machine', () => {
    const script = renderKernelRules({ table: 't_balancer', backends, settings });
    const rules = script.split('\n').filter((line) => line.includes('dnat to'));
    expect(rules).toHaveLength(4);
    for (const rule of rules) expect(rule).toContain('fib daddr type local');
    expect(rules[0]).toContain('tcp dport { 443, 8443 }');
    expect(rules[0]).toMatch(/jhash ip saddr \. tcp sport mod 4099 .* : 443$/);
    expect(rules[3]).toMatch(
      /udp dport \{ 5566 \} fib daddr type local dnat to jhash ip saddr mod 4099 .* : 5566$/,
    );
  });

  it('is the same for the same stations in any order', () => {
    const reversed = renderKernelRules({ table: 't', backends: backends.toReversed(), settings });
    expect(renderKernelRules({ table: 't', backends, settings })).toBe(reversed);
  });

  it('leads nowhere without stations, and limits clients where that is wanted', () => {
    expect(renderKernelRules({ table: 't', backends: [], settings })).not.toContain('dnat');
    const limited = renderKernelRules({
      table: 't',
      backends,
      settings: { ...settings, sessionsPerClient: 9 },
    });
    expect(limited.match(/ct count over 9 } drop/g)).toHaveLength(2);
  });

  it('refuses what is no address', () => {
    const bad = [{ index: 3, address: '10.0.0.1; flush ruleset' }];
    expect(() => renderKernelRules({ table: 't', backends: bad, settings })).toThrow('station 3');
  });
});
