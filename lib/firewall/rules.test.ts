import { describe, expect, it } from 'vitest';
import {
  beyond,
  deniedOpenings,
  isOpen,
  missingOpenings,
  neededOpenings,
  parseUfwRules,
  ruleFor,
  standing,
} from './rules.ts';
import { socketPorts, sshdPorts } from './ssh-ports.ts';

const needed = neededOpenings([2222], [443, 5566]);
const rules = (...lines: string[]) =>
  parseUfwRules(
    ["Added user rules (see 'ufw status' for running firewall):", ...lines.map((line) => `ufw ${line}`)].join(
      '\n',
    ),
    '',
  );
const open = (port: number, protocol: 'tcp' | 'udp', ...lines: string[]) =>
  isOpen({ port, protocol, purpose: 'balancer' }, rules(...lines));
const missing = (list: ReturnType<typeof rules>, of = needed) => missingOpenings(of, list).map(ruleFor);
/** How SSH stands, as ufw would have it when it is switched on. */
const ssh = (...lines: string[]) =>
  standing({ port: 22, protocol: 'tcp', purpose: 'ssh' }, rules(...lines)).open;

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
    expect(missing(bound)).toEqual(['443/tcp', '443/udp', '5566/tcp', '5566/udp']);
  });

  it('are asked for with SSH first', () => {
    expect(missing(rules(), [...needed].reverse())[0]).toBe('2222/tcp');
    expect(missing(rules('allow 443', 'allow 5566', 'allow 2222/tcp'))).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['yes', ['allow 22/tcp']],
    ['yes', ['allow 22/tcp', 'deny 22/tcp']],
    ['yes', ['deny from 203.0.113.0/24', 'limit OpenSSH']],
    ['yes', ['deny 25/tcp', 'deny 22/udp', 'allow out 22', 'allow in log 22']],
    ['yes', ['deny from any port 22 to any', 'allow 22']],
    ['no', ['deny 22/tcp', 'allow 22/tcp']],
    ['no', ['reject 20:30/tcp', 'allow OpenSSH']],
    ['no', ['deny to any proto tcp', 'allow 22/tcp']],
    ['no', ['allow out 22/tcp', 'route allow in on eth0 out on eth1 to any port 22']],
    ['some', ['allow in on wg0 to any port 22 proto tcp']],
    ['some', ['allow in on wg0']],
    ['some', ['allow to 10.0.0.1 port 22 proto tcp']],
    ['some', ['allow from 10.0.0.9 to any port 22 proto tcp']],
    ['some', ['allow from 10.0.0.9', 'deny 22']],
    ['mostly', ['deny in on eth0 to any port 22', 'allow 22/tcp']],
    ['mostly', ["deny 'Some Profile'", 'allow 22/tcp']],
    ['no', ["allow 'Some Profile'"]],
  ])('leave SSH open: %s, by %j', (expected, lines) => {
    expect(ssh(...lines)).toBe(expected);
  });

  it('that come after one that lets everything in by default change nothing', () => {
    const accepting = parseUfwRules('ufw deny 25/tcp\n', 'DEFAULT_INPUT_POLICY="ACCEPT"\n');
    expect(missingOpenings(needed, accepting)).toEqual([]);
  });

  it('of the operator that shut a port are named, since one that is added comes too late', () => {
    const list = rules('deny 443/tcp', 'allow 2222/tcp');
    expect(missing(list)).toEqual(['443/udp', '5566/tcp', '5566/udp']);
    expect(deniedOpenings(needed, list).map(({ by }) => by.text)).toEqual(['deny 443/tcp']);
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
    expect(sshdPorts('port 22\nlistenaddress [::]:2222\nlistenaddress 2001:db8:1:2\n')).toEqual([22, 2222]);
  });

  it('are those on which systemd listens for it', () => {
    const units = 'ActiveState=active\nListen=0.0.0.0:2022 (Stream)\nListen=[::]:2022 (Stream)\n';
    expect(new Set(socketPorts(`${units}\nActiveState=inactive\nListen=[::]:22 (Stream)\n`))).toEqual(
      new Set([2022]),
    );
  });
});
