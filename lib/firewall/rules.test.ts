import { describe, expect, it } from 'vitest';
import { beyond, isOpen, missingRules, neededOpenings, parseUfwRules, sshdPorts } from './rules.ts';

const needed = neededOpenings([2222], [443, 5566]);
const rules = (...lines: string[]) =>
  parseUfwRules(
    ["Added user rules (see 'ufw status' for running firewall):", ...lines.map((line) => `ufw ${line}`)].join(
      '\n',
    ),
  );
const open = (port: number, protocol: 'tcp' | 'udp', ...lines: string[]) =>
  isOpen({ port, protocol, purpose: 'balancer' }, rules(...lines));

describe('rules of ufw', () => {
  it.each<[string, boolean, boolean]>([
    ['allow 443/tcp', true, false],
    ['allow 443', true, true],
    ['limit 443/tcp', true, false],
    ['allow https', true, false],
    ['allow in 443/tcp', true, false],
    ['allow 400:500/udp', false, true],
    ['allow 80,443/tcp', true, false],
    ["allow 443/tcp comment 'our own site'", true, false],
    ['allow proto tcp from any to any port 443', true, false],
    ['allow from 203.0.113.9 to any port 443 proto tcp', false, false],
    ['deny 443/tcp', false, false],
    ['allow out 443/tcp', false, false],
    ['allow 4430/tcp', false, false],
  ])('%s', (line, tcp, udp) => {
    expect([open(443, 'tcp', line), open(443, 'udp', line)]).toEqual([tcp, udp]);
  });

  it('that bind SSH to an address are left as they are', () => {
    const bound = rules('allow from 203.0.113.9 to any port 2222 proto tcp');
    expect(missingRules(needed, bound)).toEqual(['443/tcp', '443/udp', '5566/tcp', '5566/udp']);
  });

  it('are asked for with SSH first', () => {
    expect(missingRules([...needed].reverse(), [])[0]).toBe('2222/tcp');
    expect(missingRules(needed, rules('allow 443', 'allow 5566', 'allow 2222/tcp'))).toEqual([]);
  });

  it('that let in more than needed are named', () => {
    const list = rules(
      'allow 2222/tcp',
      'allow 443',
      'allow 3000/tcp',
      'allow Samba',
      'deny 25/tcp',
      'allow 400:500/tcp',
    );
    expect(beyond(needed, list).map(({ text }) => text)).toEqual([
      'allow 3000/tcp',
      'allow Samba',
      'allow 400:500/tcp',
    ]);
  });
});

describe('the ports of SSH', () => {
  it('are those of its configuration', () => {
    expect(
      sshdPorts('#Port 22\nPort 2222\nListenAddress 0.0.0.0:2200\nListenAddress ::\nPermitRootLogin no\n'),
    ).toEqual([2222, 2200]);
    expect(sshdPorts('#Port 22\n')).toEqual([]);
  });
});
