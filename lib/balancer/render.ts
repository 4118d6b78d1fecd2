/** Renders the nginx configuration for a set of stations. Pure: the same input gives the same bytes. */
import { isIPv4, isIPv6 } from 'node:net';
import type { BalancerSettings } from '../contract/settings.ts';
import { portGroups } from './listeners.ts';
import { withMarker } from './marker.ts';
import type { Sizing } from './sizing.ts';

/** A station the balancer may send clients to. */
export interface Backend {
  index: number;
  address: string;
}

export interface RenderInput {
  /** Text of templates/nginx.conf. */
  template: string;
  backends: readonly Backend[];
  settings: Pick<
    BalancerSettings,
    | 'primaryPort'
    | 'secondaryPort'
    | 'extraPorts'
    | 'targetSessions'
    | 'sessionsPerClient'
    | 'oldWorkerMinutes'
    | 'tcpIdleMinutes'
    | 'udpIdleSeconds'
  >;
  sizing: Sizing;
  /** `load_module …;` where the stream module is not built in. */
  moduleLines: readonly string[];
  /** Account of the workers. */
  user: string;
  /** Listen on [::] too. */
  ipv6: boolean;
  paths: { pidFile: string; emergencyLog: string };
  /** UDP port on 127.0.0.1 where the agent takes session errors; null sends them nowhere. */
  errorPort: number | null;
  /** Ports of the stations; the product's are 443 and 5566. */
  stationPorts?: { primary: number; secondary: number };
}

export const STATION_PORTS = { primary: 443, secondary: 5566 } as const;

/** A station that refused three times within 5 s is left out for 5 s. */
const FAILURE_RULE = 'max_fails=3 fail_timeout=5s';
/** One peer takes about 500 bytes of shared memory; this holds thousands. */
const ZONE_BYTES = (backends: number) => `${Math.max(256, Math.ceil(backends / 100) * 256)}k`;

interface Upstream {
  name: string;
  protocol: 'tcp' | 'udp';
  stationPort: number;
  /** What clients reach; all lead to this upstream. */
  ports: number[];
}

/** Counting one client takes 64 bytes for IPv4 and 128 for IPv6. */
const CLIENT_BYTES = 128;

/** @throws Error for an address that is none, or a station given twice: the caller is wrong, nothing is written */
export function renderNginxConf(input: RenderInput): string {
  const backends = checkedBackends(input.backends);
  const upstreams = backends.length === 0 ? [] : upstreamsOf(input);
  const values: Record<string, string> = {
    user: input.user,
    workers: String(input.sizing.workers),
    rlimitNofile: String(input.sizing.rlimitNofile),
    workerConnections: String(input.sizing.workerConnections),
    shutdownTimeout: `${input.settings.oldWorkerMinutes}m`,
    pidFile: input.paths.pidFile,
    emergencyLog: input.paths.emergencyLog,
    moduleLines: input.moduleLines.join('\n'),
    sessionErrorLog: sessionErrorLog(input.errorPort),
    clientLimit: clientLimit(input.settings),
    upstreams: upstreams.map((one) => upstream(one, backends)).join('\n'),
    servers:
      upstreams.length === 0
        ? '    # No station is ready: nothing listens, connections are refused at once.'
        : upstreams.flatMap((one) => one.ports.map((port) => server(one, port, input))).join('\n'),
  };
  const text = input.template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`templates/nginx.conf asks for {{${name}}}, which nothing provides`);
    return value;
  });
  return withMarker(text.replace(/\n{3,}/g, '\n\n'));
}

/** Sorted by station, so that the order they came in changes nothing. */
function checkedBackends(backends: readonly Backend[]): Backend[] {
  const sorted = [...backends].sort((a, b) => a.index - b.index);
  const seen = new Set<string>();
  for (const [at, { index, address }] of sorted.entries()) {
    if (!Number.isInteger(index) || !isUsable(address))
      throw new Error(`station ${index} has no usable address`);
    if (sorted[at - 1]?.index === index) throw new Error(`station ${index} is given twice`);
    if (seen.has(address)) throw new Error(`two stations have the address of station ${index}`);
    seen.add(address);
  }
  return sorted;
}

/** Node takes an address with a zone, such as fe80::1%eth0; nginx cannot write one. */
function isUsable(address: string): boolean {
  return isIPv4(address) || (isIPv6(address) && !address.includes('%'));
}

function upstreamsOf({ settings, stationPorts = STATION_PORTS }: RenderInput): Upstream[] {
  const groups = portGroups(settings);
  return (['primary', 'secondary'] as const).flatMap((group) =>
    (['tcp', 'udp'] as const).map((protocol) => ({
      name: `${group}_${protocol}`,
      protocol,
      stationPort: stationPorts[group],
      ports: groups[group],
    })),
  );
}

/** By client and port: a client on both ports is counted on each. */
function clientLimit({ sessionsPerClient, targetSessions }: RenderInput['settings']): string {
  if (sessionsPerClient === null) return '';
  const megabytes = Math.max(1, Math.ceil((targetSessions * CLIENT_BYTES) / 1024 / 1024));
  return [
    `    limit_conn_zone $server_port$protocol$binary_remote_addr zone=clients:${megabytes}m;`,
    `    limit_conn clients ${sessionsPerClient};`,
    '    limit_conn_log_level info;',
  ].join('\n');
}

function upstream({ name, protocol, stationPort }: Upstream, backends: readonly Backend[]): string {
  const method = protocol === 'tcp' ? 'least_conn;' : 'hash $remote_addr consistent;';
  const servers = backends.map(({ index, address }) => {
    const host = isIPv6(address) ? `[${address}]` : address;
    return `        server ${host}:${stationPort} ${FAILURE_RULE}; # station ${index}`;
  });
  return [
    `    upstream ${name} {`,
    `        zone ${name} ${ZONE_BYTES(backends.length)};`,
    `        ${method}`,
    ...servers,
    '    }',
  ].join('\n');
}

function server({ name, protocol }: Upstream, port: number, { ipv6, settings }: RenderInput): string {
  const options = protocol === 'tcp' ? 'reuseport backlog=4096' : 'udp reuseport rcvbuf=4m sndbuf=4m';
  const idle = protocol === 'tcp' ? `${settings.tcpIdleMinutes}m` : `${settings.udpIdleSeconds}s`;
  return [
    '    server {',
    `        listen 0.0.0.0:${port} ${options};`,
    ...(ipv6 ? [`        listen [::]:${port} ipv6only=on ${options};`] : []),
    `        proxy_pass ${name};`,
    `        proxy_timeout ${idle};`,
    '    }',
  ].join('\n');
}

function sessionErrorLog(port: number | null): string {
  return port === null
    ? '# Session errors are not collected.'
    : `error_log syslog:server=127.0.0.1:${port},nohostname,tag=conduit warn;`;
}
