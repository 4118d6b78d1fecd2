/** Checks of the network, the stations and what others left. Pure. */
import type { Snapshot } from '../contract/snapshot.ts';
import { plural } from '../format/count.ts';
import { firewallSentence } from '../format/firewall.ts';
import { type Check, fromProblems, given, type Judgement, ok } from './check.ts';
import { judgeOnline } from './way-out.ts';

/** With fewer clients than this on each station chance alone is uneven. */
const JUDGED_FROM_MEAN = 20;
const UNEVEN = 2;
/** Of many that are wrong, so many are named. */
const NAMED = 3;

const CLAIMED =
  /^(memory-low|disk-low|disk-full|history-stopped|docker-down|balancer-.*|port-taken|nginx-missing|key-.*|stations-failing|fleet-.*|name-taken|upgrade-required|image-unavailable)$/;

export const fleetChecks: Check[] = [
  {
    id: 'network',
    group: 'network',
    title: 'Way to the internet',
    symptom: 'No station gets clients; nothing can be pulled.',
    ways: [
      '`ip route`: there must be a default route. The rent of the server may have ended, or its firewall closed.',
    ],
    judge: ({ network }) =>
      given(network, ({ interface: name, ipv4, ipv6 }) => {
        if (name === null)
          return {
            level: 'error',
            evidence: 'No route leads out of this server.',
            remedy: 'Set a default route, or ask whoever rents the server out.',
          };
        const families = [ipv4 ? 'IPv4' : null, ipv6 ? 'IPv6' : null].filter((family) => family !== null);
        return ok(
          `by ${name}, ${families.length === 0 ? 'no public address on it' : `public ${families.join(' and ')}`}`,
        );
      }),
  },
  {
    id: 'stations-online',
    group: 'network',
    title: 'Stations reach the internet',
    symptom: 'Stations run but never get clients; the tracker shows no traffic.',
    ways: [
      '`sysctl net.ipv4.ip_forward` must be 1; `sudo systemctl restart docker` makes its rules again.',
      'A firewall that drops forwarded packets: `sudo nft --terse list ruleset`, chain `forward`; in ufw: `DEFAULT_FORWARD_POLICY`.',
    ],
    judge: judgeOnline,
  },
  {
    id: 'firewall',
    group: 'network',
    title: 'Firewall',
    symptom: 'The balancer listens and nobody from outside gets through.',
    ways: [
      '`sudo conduit firewall show` says what is shut, `sudo conduit firewall apply` opens it in ufw, SSH first.',
      'Whoever rents the server out may have a firewall of his own, which cannot be seen from here: look at his web page.',
    ],
    judge: ({ firewall }) =>
      given(firewall, (report) => {
        const shut = report.needed.filter(({ open }) => open === false);
        if (shut.length === 0) return ok(firewallSentence(report));
        const ports = shut.map(({ port, protocol }) => `${port}/${protocol}`).join(', ');
        return {
          level: 'error',
          evidence: `${report.manager} lets nothing in on ${ports}.`,
          // What ufw cannot be told is said by the notes.
          remedy:
            report.commands.length > 0
              ? '`sudo conduit firewall apply`'
              : '`sudo conduit firewall show` says what has to be opened.',
          fix: report.commands.length > 0 ? 'firewall.apply' : null,
        };
      }),
  },
  {
    id: 'stations',
    group: 'stations',
    title: 'Stations',
    symptom: 'Fewer stations run than wanted.',
    ways: [
      'Why one ended: `sudo conduit logs N`. Hangs: `sudo conduit restart N`.',
      'A container of the same name that is not ours: rename or remove it; we never do.',
    ],
    judge: (facts) =>
      fromProblems(
        facts.snapshot,
        ({ code }) =>
          /^(stations-failing|fleet-.*|name-taken|upgrade-required|image-unavailable)$/.test(code),
        ({ stations }) => ok(`${stations.running} of ${stations.wanted} running`),
      ),
  },
  {
    id: 'keys',
    group: 'stations',
    title: 'Keys',
    symptom: 'A station is held back, or comes up as a new one without its reputation.',
    ways: [
      'Put the key file back from a copy into the volume it belongs to; the station starts by itself then.',
      'Lost for good: `sudo conduit start N --new-key` lets the station start as a new one.',
    ],
    judge: ({ keys }) =>
      given(keys, ({ checked, alarms }) => {
        const [first] = alarms;
        if (first === undefined)
          return ok(checked === 0 ? 'there are none yet' : `sound in each of ${plural(checked, 'volume')}`);
        const stations = alarms.map(({ station, alarm }) => `Station ${station}: ${alarm}.`);
        return {
          level: 'error',
          evidence:
            stations.slice(0, NAMED).join(' ') +
            (stations.length > NAMED ? ` And ${stations.length - NAMED} more.` : ''),
          remedy: `Put the key back from a copy into its volume; a station that runs goes on meanwhile, but does not start again. Lost for good: \`sudo conduit start ${first.station} --new-key\``,
        };
      }),
  },
  {
    id: 'spread',
    group: 'stations',
    title: 'Spread of clients',
    symptom: 'Some stations have many clients, others few.',
    ways: [
      'Every station must be behind the balancer: the Balancer page, or `sudo conduit nginx status`.',
      'A station that was just started fills up with time.',
    ],
    judge: ({ snapshot }) => given(snapshot, judgeSpread),
  },
  {
    id: 'other',
    group: 'stations',
    title: 'Anything else',
    symptom: 'The Overview shows a problem that is not in this list.',
    ways: ['Do what the problem itself says.'],
    judge: (facts) =>
      fromProblems(
        facts.snapshot,
        ({ code }) => !CLAIMED.test(code),
        () => ok('nothing else is known to be wrong'),
      ),
  },
  {
    id: 'leftovers',
    group: 'traces',
    title: 'Older managers',
    symptom: 'Stations are stopped, restarted or changed by something else; ports are taken after a reboot.',
    ways: [
      'Services of an older manager must not start again: `sudo systemctl disable conduit.service` (not `stop`: stopping it removes containers).',
      'Files with client addresses: `sudo conduit migrate-to-v2` takes its stations over and can destroy them.',
      'Keep the rest of its folder /opt/conduit: it holds what a migration needs.',
    ],
    judge: ({ leftovers }) =>
      given(leftovers, (list) => {
        if (list.length === 0) return ok('none');
        const remedies = list.flatMap(({ remedy }) => remedy ?? []);
        return {
          level: remedies.length > 0 ? 'warning' : 'note',
          evidence: list.map(({ path, what }) => `${path}: ${what}.`).join(' '),
          remedy: remedies.length > 0 ? remedies.join(' ') : null,
        };
      }),
  },
];

function judgeSpread({ stationList }: Snapshot): Judgement {
  const serving = stationList.filter(({ state, rotation }) => state === 'running' && rotation === 'in');
  const clients = serving.map(({ connected }) => connected);
  const mean = clients.reduce((sum, one) => sum + one, 0) / Math.max(1, clients.length);
  if (serving.length < 2 || mean < JUDGED_FROM_MEAN)
    return ok(`${Math.round(mean)} clients a station on average, too few to judge`);
  const most = serving.reduce((a, b) => (b.connected > a.connected ? b : a));
  const least = serving.reduce((a, b) => (b.connected < a.connected ? b : a));
  const evidence = `${least.connected} (station ${least.index}) to ${most.connected} (station ${most.index}), ${Math.round(mean)} on average`;
  if (most.connected <= mean * UNEVEN && least.connected >= mean / UNEVEN) return ok(evidence);
  return {
    level: 'warning',
    evidence: `Clients are spread unevenly: ${evidence}.`,
    remedy: `See what station ${least.index} says: \`sudo conduit logs ${least.index}\`. A station that just started fills up with time.`,
  };
}
