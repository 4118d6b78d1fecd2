/** Which system packages are needed, and which of them this host still lacks. Pure. */

export type Purpose = 'run' | 'simulator' | 'test';
export type PackageManager = 'apt' | 'dnf';

interface Need {
  /** Present when this program, or one of these files, is there, whoever brought it. */
  command?: string;
  files?: readonly string[];
  /** Asked for only where this program is there: newer releases split what older ones bring in one package. */
  onlyWith?: string;
  apt: readonly string[];
  dnf: readonly string[];
  purpose: Purpose;
  why: string;
}

const NEEDS: readonly Need[] = [
  // docker-ce and others bring dockerd too; Debian's docker.io must not be put over them.
  { command: 'dockerd', apt: ['docker.io'], dnf: ['moby-engine'], purpose: 'run', why: 'runs the stations' },
  {
    command: 'docker',
    onlyWith: 'dockerd',
    apt: ['docker-cli'],
    dnf: ['docker-cli'],
    purpose: 'run',
    why: 'talks to Docker',
  },
  {
    command: 'nginx',
    apt: ['nginx'],
    dnf: ['nginx'],
    purpose: 'run',
    why: 'balances clients over the stations',
  },
  {
    command: 'tcpdump',
    apt: ['tcpdump'],
    dnf: ['tcpdump'],
    purpose: 'run',
    why: 'counts clients by country',
  },
  {
    command: 'nft',
    apt: ['nftables'],
    dnf: ['nftables'],
    purpose: 'run',
    why: 'counts traffic in the kernel',
  },
  {
    command: 'conntrack',
    apt: ['conntrack'],
    dnf: ['conntrack-tools'],
    purpose: 'run',
    why: 'leads clients away from a station that is gone',
  },
  { command: 'ip', apt: ['iproute2'], dnf: ['iproute'], purpose: 'run', why: 'tells the network interfaces' },
  {
    command: 'iptables',
    apt: ['iptables'],
    dnf: ['iptables-nft'],
    purpose: 'run',
    why: 'Docker connects the stations with it',
  },
  { command: 'gcc', apt: ['gcc'], dnf: ['gcc'], purpose: 'simulator', why: 'compiles the simulated station' },
  {
    files: ['/usr/include/stdio.h'],
    apt: ['libc6-dev'],
    dnf: ['glibc-devel'],
    purpose: 'simulator',
    why: 'compiles the simulated station',
  },
  {
    files: ['/usr/include/openssl/evp.h'],
    apt: ['libssl-dev'],
    dnf: ['openssl-devel'],
    purpose: 'simulator',
    why: 'compiles the simulated station',
  },
  {
    command: 'chromium',
    apt: ['chromium'],
    dnf: ['chromium'],
    purpose: 'test',
    why: 'the browser of the tests',
  },
  {
    command: 'age',
    apt: ['age'],
    dnf: ['age'],
    purpose: 'test',
    why: 'the public tool that must open our backups',
  },
  { command: 'ufw', apt: ['ufw'], dnf: ['ufw'], purpose: 'test', why: 'the firewall that the tests change' },
];

const STREAM_MODULE: Need = {
  apt: ['libnginx-mod-stream'],
  dnf: ['nginx-mod-stream'],
  purpose: 'run',
  why: 'the part of nginx that balances connections',
};

export interface HostPrograms {
  hasCommand(name: string): boolean;
  hasFile(path: string): boolean;
  /** Whether nginx is there and can balance connections. */
  nginxHasStream: boolean;
}

/** Packages to install, each with the reason, in the words of the host's package manager. */
export function missingPackages(
  host: HostPrograms,
  purposes: readonly Purpose[],
  manager: PackageManager,
): { name: string; why: string }[] {
  const missing = NEEDS.filter(
    (need) =>
      purposes.includes(need.purpose) &&
      (need.onlyWith === undefined || host.hasCommand(need.onlyWith)) &&
      !(need.command !== undefined && host.hasCommand(need.command)) &&
      !(need.files?.some((file) => host.hasFile(file)) ?? false),
  );
  const all = host.nginxHasStream ? missing : [...missing, STREAM_MODULE];
  return all.flatMap((need) => need[manager].map((name) => ({ name, why: need.why })));
}

/** The arguments that install `names` without a question. */
export function installCommand(
  manager: PackageManager,
  names: readonly string[],
): { file: string; args: string[] } {
  return manager === 'apt'
    ? { file: 'apt-get', args: ['install', '-y', '-qq', '--no-install-recommends', ...names] }
    : { file: 'dnf', args: ['install', '-y', '-q', ...names] };
}
