/** Checks of the server itself: kernel, memory, disk, clock, limits. Pure. */
import { formatBytes } from '../format/bytes.ts';
import { tuningSentence } from '../format/tuning.ts';
import { type Check, fillsUp, fromProblems, given, type Judgement, ok } from './check.ts';
import type { Facts } from './facts.ts';

/** BBR came with 4.9. */
const OLDEST_KERNEL = [4, 9] as const;
const SMALL_MEMORY_BYTES = 1.8 * 2 ** 30;
/** Percent of a minute. A busy server waits for its processors now and then, hardly ever for memory. */
const PRESSURE = { cpu: 60, memory: 10, io: 40 } as const;
const PRESSURE_WORDS = { cpu: 'processors', memory: 'memory', io: 'the disk' } as const;

export const serverChecks: Check[] = [
  {
    id: 'agent',
    group: 'server',
    title: 'Agent',
    symptom: 'The panel says that the agent does not answer; `conduit` commands end with code 3.',
    ways: [
      '`sudo ./conduit up` starts it; `sudo conduit logs --agent` says why it ended. Stations and balancer go on meanwhile.',
      '`sudo conduit doctor` looks at the server without it, as far as that goes.',
    ],
    judge: ({ agent }) =>
      'value' in agent
        ? ok(`answers (process ${agent.value.pid})`)
        : { level: 'error', evidence: agent.unknown, remedy: agent.remedy ?? null },
  },
  {
    id: 'kernel',
    group: 'server',
    title: 'Kernel',
    symptom: 'Some parameters of `conduit tune` are not possible; BBR is missing.',
    ways: ['Upgrade the distribution: any Debian from 9 on, any Ubuntu from 18.04 on is new enough.'],
    judge: ({ kernel }) =>
      given(kernel, (release) => {
        const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
        const old = major < OLDEST_KERNEL[0] || (major === OLDEST_KERNEL[0] && minor < OLDEST_KERNEL[1]);
        if (!old) return ok(`Linux ${release}`);
        return {
          level: 'warning',
          evidence: `Linux ${release} is older than ${OLDEST_KERNEL.join('.')}, the first with BBR`,
          remedy: 'Upgrade the distribution, or rent a server with a newer one.',
        };
      }),
  },
  {
    id: 'memory',
    group: 'server',
    title: 'Memory',
    symptom: 'Stations end without a reason in their log; the whole server is slow.',
    ways: [
      'Fewer stations, or fewer clients each: `sudo conduit scale N`, or the form under Settings.',
      'See which station uses it: the Stations page, sorted by memory.',
    ],
    judge: (facts) =>
      fromProblems(
        facts.host,
        ({ code }) => code === 'memory-low',
        ({ host }) => {
          const free = host.memoryTotalBytes - host.memoryUsedBytes;
          const evidence = `${formatBytes(free)} of ${formatBytes(host.memoryTotalBytes)} available, ${host.cores} cores`;
          if (host.memoryTotalBytes >= SMALL_MEMORY_BYTES) return ok(evidence);
          return {
            level: 'note',
            evidence,
            remedy: 'Below 2 GB a few stations with 150 clients each are what it holds.',
          };
        },
      ),
  },
  {
    id: 'disk',
    group: 'server',
    title: 'Disk',
    symptom: 'Stations cannot be created, history has gaps, `no space left on device`.',
    ways: [
      'What takes the space: `sudo du -xh --max-depth=2 /var | sort -h | tail`.',
      'Images nobody uses: `sudo docker image prune`. Old logs: `sudo journalctl --vacuum-size=200M`.',
    ],
    judge: (facts) =>
      fromProblems(
        facts.host,
        ({ code }) => code === 'disk-low' || code === 'disk-full' || code === 'history-stopped',
        ({ host }) =>
          otherDisk(facts) ??
          (host.diskFreeBytes === null || host.diskTotalBytes === null
            ? { level: 'unknown', evidence: 'the file system does not say how full it is' }
            : ok(`${formatBytes(host.diskFreeBytes)} of ${formatBytes(host.diskTotalBytes)} free`)),
      ),
  },
  {
    id: 'clock',
    group: 'server',
    title: 'Clock',
    symptom: 'Stations do not get clients; certificates are refused; history is dated wrongly.',
    ways: ['`sudo timedatectl set-ntp true`, or install `chrony` where there is no systemd.'],
    judge: ({ clock }) =>
      given(clock, ({ synchronized }) =>
        synchronized
          ? ok('kept in time by the network')
          : {
              level: 'warning',
              evidence: 'The clock is not kept in time by the network.',
              remedy: '`sudo timedatectl set-ntp true`',
            },
      ),
  },
  {
    id: 'pressure',
    group: 'server',
    title: 'Pressure',
    symptom: 'Everything works and everything is slow.',
    ways: [
      'The server is too small for what it carries: fewer stations or clients, or a bigger server.',
      'See who takes it: `top`, and the Stations page sorted by processor.',
    ],
    judge: ({ pressure }) =>
      given(pressure, (waits) => {
        const kinds = ['cpu', 'memory', 'io'] as const;
        const evidence = kinds
          .map((kind) => `${PRESSURE_WORDS[kind]} ${waits[kind].toFixed(1)} %`)
          .join(', ');
        const high = kinds.filter((kind) => waits[kind] > PRESSURE[kind]);
        if (high.length === 0) return ok(`time something waited in the last minute: ${evidence}`);
        return {
          level: 'warning',
          evidence: `Work waits for ${high.map((kind) => PRESSURE_WORDS[kind]).join(' and ')}: ${evidence} of the last minute.`,
          remedy: 'Fewer stations or clients each, or a bigger server.',
        };
      }),
  },
  {
    id: 'tuning',
    group: 'server',
    title: 'Kernel parameters',
    symptom: 'New clients are refused at peaks although stations have room.',
    ways: ['`sudo conduit tune`; look first with `--dry-run`, undo with `--revert`.'],
    judge: ({ tuning }) =>
      given(tuning, (report) => {
        const evidence = tuningSentence(report);
        const open = report.rows.filter(({ state }) => state === 'change').map(({ key }) => key);
        const lost = report.rows.filter((row) => row.lost !== null).map(({ key, lost }) => `${key}: ${lost}`);
        if (open.length === 0 && lost.length === 0 && !report.interrupted) return ok(evidence);
        const all = open.length > 0 ? open : lost;
        const named =
          all.length > 3 ? `${all.slice(0, 3).join(', ')} and ${all.length - 3} more` : all.join(', ');
        // A file that comes after ours wins, however often ours is written.
        const others = report.rows.flatMap((row) =>
          row.lost !== null && row.boot?.path != null ? [row.boot.path] : [],
        );
        const [other] = others;
        const mine = open.length === 0 && !report.interrupted && others.length === lost.length;
        return {
          level: report.appliedAt === null && !report.interrupted ? 'note' : 'warning',
          evidence: named === '' ? evidence : `${evidence} ${named}.`,
          remedy: mine ? `Take these lines out of ${other}.` : '`sudo conduit tune`',
          fix: mine ? null : 'tuning.apply',
        };
      }),
  },
  {
    id: 'bbr',
    group: 'server',
    title: 'BBR',
    symptom: 'Downloads are slow for people on lossy lines.',
    ways: ['`sudo conduit tune` switches it on where the kernel has it.'],
    judge: ({ tuning }) =>
      given(tuning, ({ rows }) => {
        const row = rows.find(({ key }) => key === 'net.ipv4.tcp_congestion_control');
        if (row === undefined || row.now === null)
          return { level: 'unknown', evidence: row?.note ?? 'the kernel does not say' };
        if (row.state !== 'change' && row.state !== 'impossible') return ok(`${row.now} is in use`);
        return row.state === 'change'
          ? {
              level: 'note',
              evidence: `${row.now} is in use, BBR is there`,
              remedy: '`sudo conduit tune`',
              fix: 'tuning.apply',
            }
          : {
              level: 'note',
              evidence: `${row.now} is in use: ${row.note ?? 'BBR is not there'}`,
              remedy: null,
            };
      }),
  },
  {
    id: 'conntrack',
    group: 'server',
    title: 'Connection table',
    symptom: 'New clients are dropped at peaks; `nf_conntrack: table full` in the kernel’s log.',
    ways: [
      '`sudo conduit tune` makes it larger and forgets closed connections earlier.',
      'More target sessions make it larger still: Settings → Balancer.',
    ],
    judge: ({ conntrack }) =>
      given(conntrack, (share) =>
        fillsUp(
          share,
          'entries',
          'When it is full, new clients are dropped: `sudo conduit tune`. If it was tuned already, raise the target sessions under Settings → Balancer and tune again.',
          'tuning.apply',
        ),
      ),
  },
  {
    id: 'open-files',
    group: 'server',
    title: 'Open files',
    symptom: '`too many open files` in a log.',
    ways: [
      'Of the whole server: `cat /proc/sys/fs/file-nr`; `sudo conduit tune` raises the limit.',
      'Of one program: `conduit tune --dry-run` shows the limits of Docker and nginx.',
    ],
    judge: ({ openFiles }) =>
      given(openFiles, (share) => fillsUp(share, 'open files', '`sudo conduit tune`', 'tuning.apply')),
  },
  {
    id: 'tasks',
    group: 'server',
    title: 'Processes',
    symptom: '`cannot allocate memory` or `resource temporarily unavailable` although memory is free.',
    ways: ['`sudo conduit tune` raises the limit (kernel.pid_max).'],
    judge: ({ tasks }) =>
      given(tasks, (share) =>
        share.limit === 'kernel.pid_max'
          ? fillsUp(share, 'processes and threads', '`sudo conduit tune`', 'tuning.apply')
          : fillsUp(
              share,
              `processes and threads of ${share.limit}`,
              'Fewer stations, or a higher limit: whoever rents the server out sets that of a virtual server; `sudo sysctl kernel.threads-max` shows the kernel’s.',
            ),
      ),
  },
];

const LOW_BYTES = 2 ** 30;
const LOW_SHARE = 0.05;

/** Docker and the logs may have file systems of their own; null while none of them is nearly full. */
function otherDisk({ docker, logDisk }: Facts): Judgement | null {
  const places = [
    'value' in docker
      ? {
          path: docker.value.rootDir,
          disk: docker.value.disk,
          remedy:
            'Images nobody uses: `sudo docker image prune`. Without space stations cannot be created or pulled.',
        }
      : null,
    'value' in logDisk
      ? { path: '/var/log', disk: logDisk.value, remedy: 'Old logs: `sudo journalctl --vacuum-size=200M`.' }
      : null,
  ];
  for (const place of places) {
    if (place?.disk == null || place.disk.totalBytes === 0) continue;
    const { freeBytes, totalBytes } = place.disk;
    // Small ones that have room in proportion are meant to be small.
    const isLow = freeBytes < totalBytes * LOW_SHARE || freeBytes < Math.min(LOW_BYTES, totalBytes / 4);
    if (!isLow) continue;
    const evidence = `${place.path}: ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free.`;
    return { level: 'warning', evidence, remedy: place.remedy };
  }
  return null;
}
