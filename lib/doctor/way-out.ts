/** Whether stations reach the internet: what they say themselves, and what a probe from inside their networks saw. Pure. */
import { given, type Judgement, ok } from './check.ts';
import type { Facts } from './facts.ts';

/** A station that came up this long ago should have found the network. */
const LIVE_AFTER_MS = 180_000;

interface Finding {
  level: 'warning' | 'error';
  evidence: string;
  remedy: string;
}

export function judgeOnline(facts: Facts): Judgement {
  return given(facts.snapshot, ({ stationList, at }) => {
    const telling = stationList.filter(
      ({ state, live, startedAt }) =>
        state === 'running' && live !== null && startedAt !== null && at - startedAt > LIVE_AFTER_MS,
    );
    const offline = telling.filter(({ live }) => live === false);
    const findings = [...hints(facts), ...silence(offline.length, telling.length)];
    const probed = 'value' in facts.wayOut ? facts.wayOut.value.stations.length : 0;
    if (findings.length === 0)
      return ok(
        telling.length > 0
          ? `${telling.length} of ${telling.length} are live`
          : `no station has been up for long enough to say so itself${probed > 0 ? '; nothing stands in the way of those that were probed' : ''}`,
      );
    return {
      level: findings.some(({ level }) => level === 'error') ? 'error' : 'warning',
      evidence: findings.map(({ evidence }) => evidence).join(' '),
      // The first is the cause of the others.
      remedy: findings[0]?.remedy ?? null,
    };
  });
}

function hints({ forwarding, wayOut }: Facts): Finding[] {
  const found: Finding[] = [];
  if ('value' in forwarding && !forwarding.value)
    found.push({
      level: 'error',
      evidence: 'The kernel does not pass packets on (net.ipv4.ip_forward is 0).',
      remedy: '`sudo sysctl -w net.ipv4.ip_forward=1 && sudo systemctl restart docker`',
    });
  if (!('value' in wayOut)) return found;
  const { server, stations } = wayOut.value;
  const named = (list: typeof stations) =>
    `Station${list.length === 1 ? '' : 's'} ${list.map(({ station }) => station).join(', ')}`;
  const lost = stations.filter(({ reach }) => !reach.route);
  if (lost.length > 0 && server.route)
    found.push({
      level: 'error',
      evidence: `${named(lost)}: no route leads out of its network.`,
      remedy: `Its network is broken; starting it anew makes it again: \`sudo conduit restart ${lost[0]?.station}\`, and if that does not help \`sudo systemctl restart docker\`.`,
    });
  // What does not answer this server either says nothing about the stations.
  const shut = stations.filter(({ reach }) => reach.route && server.tcp && !reach.tcp && !reach.udp);
  if (shut.length > 0)
    found.push({
      level: 'error',
      evidence: `${named(shut)}: packets do not get out, or answers do not come back; from the server itself they do.`,
      remedy:
        'Something drops forwarded packets or Docker’s address translation is gone: `sudo nft --terse list ruleset`, chains `forward` and `postrouting`; in ufw `DEFAULT_FORWARD_POLICY`. `sudo systemctl restart docker` makes Docker’s rules again.',
    });
  const half = stations.filter(({ reach }) => reach.tcp && server.udp && !reach.udp);
  if (half.length > 0)
    found.push({
      level: 'warning',
      evidence: `${named(half)}: TCP gets out, UDP does not; from the server itself it does. Clients come by UDP.`,
      remedy:
        'Look for a rule that drops forwarded UDP: `sudo nft --terse list ruleset`, chains `forward` and `postrouting`.',
    });
  return found;
}

function silence(offline: number, telling: number): Finding[] {
  if (offline === 0) return [];
  const isAll = offline === telling;
  return [
    {
      level: isAll ? 'error' : 'warning',
      evidence: `${offline} of ${telling} stations are not live after ${LIVE_AFTER_MS / 60_000} minutes.`,
      remedy:
        'Their log says why: `sudo conduit logs N`. If all are affected, look for a firewall that drops forwarded packets.',
    },
  ];
}
