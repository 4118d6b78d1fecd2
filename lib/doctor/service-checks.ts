/** Checks of Docker, nginx and the programs the product leans on. Pure. */
import { mayDeadlock } from '../host/engine-turns.ts';
import { type Check, fromProblems, given, type Judgement, ok } from './check.ts';
import type { Facts } from './facts.ts';

export const serviceChecks: Check[] = [
  {
    id: 'docker',
    group: 'docker',
    title: 'Docker',
    symptom: 'Stations cannot be started, stopped or changed.',
    ways: [
      '`sudo systemctl status docker`, `sudo journalctl -u docker -n 50`; then `sudo systemctl restart docker`.',
      'Without systemd: `sudo ./conduit up` starts it.',
    ],
    judge: (facts) =>
      fromProblems(
        facts.host,
        ({ code }) => code === 'docker-down',
        () =>
          'value' in facts.docker
            ? judgeEngine(facts.docker.value)
            : {
                level: 'error',
                evidence: facts.docker.unknown,
                remedy: facts.docker.remedy ?? '`sudo systemctl restart docker`',
              },
      ),
  },
  {
    id: 'docker-open-files',
    group: 'docker',
    title: 'Open files of stations',
    symptom: '`error setting rlimit type 7`, or `too many open files` in a station’s log.',
    ways: [
      '`sudo conduit tune` raises Docker’s limit where systemd runs; it holds from Docker’s next start.',
    ],
    judge: ({ docker, wanted }) =>
      given(docker, ({ openFilesLimit: limit }) => {
        if (limit === null || limit >= wanted.openFiles)
          return ok(`each station gets ${wanted.openFiles}, as the settings ask`);
        return {
          level: 'note',
          evidence: `Docker may open ${limit} files itself, so a station gets ${limit} instead of ${wanted.openFiles}; enough for its clients.`,
          remedy: 'Start dockerd with a higher hard limit (ulimit -Hn); under systemd: `sudo conduit tune`.',
        };
      }),
  },
  {
    id: 'programs',
    group: 'server',
    title: 'Programs',
    symptom: 'The tracker or the kernel engine does not start.',
    ways: ['`sudo ./conduit up` installs what is missing.'],
    judge: ({ programs }) =>
      given(programs, (list) => {
        const missing = list.filter(({ present }) => !present);
        if (missing.length === 0) return ok(list.map(({ name }) => name).join(', '));
        return {
          level: 'warning',
          evidence: missing.map(({ name, purpose }) => `${name} is missing: ${purpose}.`).join(' '),
          remedy: `\`sudo apt-get install ${[...new Set(missing.map((one) => one.package))].join(' ')}\``,
        };
      }),
  },
  {
    id: 'nginx',
    group: 'balancer',
    title: 'nginx',
    symptom: '`unknown directive "stream"`; the balancer does not start.',
    ways: ['`sudo apt-get install nginx libnginx-mod-stream`, then `sudo conduit nginx apply`.'],
    judge: ({ nginx }) =>
      'value' in nginx
        ? ok(`${nginx.value.version}, stream ${nginx.value.stream}`)
        : {
            level: 'error',
            evidence: nginx.unknown,
            remedy: nginx.remedy ?? '`sudo apt-get install nginx libnginx-mod-stream`',
          },
  },
  {
    id: 'balancer',
    group: 'balancer',
    title: 'Balancer',
    symptom: 'Nobody gets through on 443 and 5566; `bind() to 0.0.0.0:443 failed`.',
    ways: [
      'Who has the port: `sudo ss -ltnup | grep -w 443`; stop it, for example `sudo systemctl disable --now apache2`.',
      'What nginx says: the Balancer page, or `sudo conduit nginx status`. Write ours again: `sudo conduit nginx apply`.',
    ],
    judge: (facts) =>
      fromProblems(
        facts.snapshot,
        ({ code }) => code.startsWith('balancer-') || code === 'port-taken' || code === 'nginx-missing',
        ({ balancer }) =>
          balancer.state === 'running'
            ? ok(`${balancer.engine}, ${balancer.backends} stations behind it`)
            : { level: 'note', evidence: `It does not run (${balancer.state}): no station is wanted.` },
      ),
  },
  {
    id: 'ports',
    group: 'balancer',
    title: 'Ports of the balancer',
    symptom: 'Clients reach another program instead of a station.',
    ways: ['Stop the program that has the port, or choose other ports under Settings → Balancer.'],
    judge: judgePorts,
  },
  {
    id: 'loopback-ports',
    group: 'stations',
    title: 'Ports of the stations',
    symptom: 'One station does not start: `port is already allocated`.',
    ways: ['Stop the program that has the port, or choose another first port under Settings.'],
    judge: ({ listeners, wanted }) =>
      given(listeners, (list) => {
        const strangers = list.filter(
          ({ port, protocol, process, forwardsTo }) =>
            protocol === 'tcp' &&
            wanted.loopbackPorts.includes(port) &&
            process !== 'dockerd' &&
            (process !== 'docker-proxy' || (forwardsTo !== null && !wanted.addresses.includes(forwardsTo))),
        );
        const [first] = strangers;
        if (first === undefined)
          return ok(
            wanted.loopbackPorts.length === 0
              ? 'not published'
              : `127.0.0.1:${wanted.loopbackPorts[0]}–${wanted.loopbackPorts.at(-1)} are ours or free`,
          );
        return {
          level: 'warning',
          evidence: strangers.map(taken).join(' '),
          remedy:
            first.process === 'docker-proxy'
              ? `\`sudo docker ps --filter publish=${first.port}\` names the container; stop it, or choose another first port under Settings.`
              : `Stop ${first.process}, or choose another first port under Settings.`,
        };
      }),
  },
];

function judgeEngine({ version, storageDriver, cgroupVersion }: DockerValue): Judgement {
  const evidence = `${version}, storage ${storageDriver}, cgroup v${cgroupVersion}`;
  if (storageDriver === 'vfs' || storageDriver === 'devicemapper')
    return {
      level: 'warning',
      evidence: `${evidence}: this storage copies the whole image for every station.`,
      remedy:
        'Set "storage-driver": "overlay2" in /etc/docker/daemon.json and restart Docker; volumes stay, images are pulled again.',
    };
  if (mayDeadlock(version))
    return {
      level: 'note',
      evidence: `${evidence}: this version may hang when stations come and go at once, so they do so one by one.`,
      remedy: 'Nothing has to be done; from 20.10.27 and 23.0 on it is fast and safe.',
    };
  return ok(evidence);
}
type DockerValue = Extract<Facts['docker'], { value: unknown }>['value'];

/** What the balancer's own configuration opens is said by the balancer; here is who else has its ports. */
function judgePorts({ listeners, wanted }: Facts): Judgement {
  return given(listeners, (list) => {
    const { open } = wanted;
    const isOurs = (port: number, protocol: string) =>
      open.some((one) => one.port === port && one.protocol === protocol);
    const strangers = list.filter(
      ({ port, protocol }) => wanted.ports.includes(port) && !isOurs(port, protocol),
    );
    const [first] = strangers;
    if (first !== undefined)
      return {
        level: 'error',
        evidence: strangers.map(taken).join(' '),
        remedy: `Stop ${first.process} (\`sudo kill ${first.pid}\`, or its service), or choose other ports under Settings → Balancer.`,
      };
    return ok(`${wanted.ports.join(', ')}: ${open.length === 0 ? 'free' : 'ours'}`);
  });
}

function taken({
  port,
  protocol,
  process,
  pid,
}: {
  port: number;
  protocol: string;
  process: string;
  pid: number;
}) {
  const who = process === 'docker-proxy' ? 'a container that is none of our stations' : process;
  return `${port}/${protocol} is taken by ${who} (process ${pid}).`;
}
