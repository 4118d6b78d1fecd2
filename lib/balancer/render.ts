/** Renders the nginx configuration for a set of stations. Pure: the same input gives the same bytes. */
import { isIPv4, isIPv6 } from 'node:net';
import type { BalancerSettings } from '../contract/settings.ts';
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
  settings: Pick<BalancerSettings, 'primaryPort' | 'secondaryPort'>;
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

/** How long sessions of a worker that was replaced by a reload may go on. */
const SHUTDOWN_TIMEOUT = '1h';
const TCP_IDLE = '15m';
const UDP_IDLE = '2m';
/** A station that refused three times within 5 s is left out for 5 s. */
const FAILURE_RULE = 'max_fails=3 fail_timeout=5s';
/** One peer takes about 500 bytes of shared memory; this holds thousands. */
const ZONE_BYTES = (backends: number) => `${Math.max(256, Math.ceil(backends / 100) * 256)}k`;

interface Listener {
  name: string;
  protocol: 'tcp' | 'udp';
  port: number;
  stationPort: number;
}

/** @throws Error for an address that is none, or a station given twice: the caller is wrong, nothing is written */
export function renderNginxConf(input: RenderInput): string {
  const backends = checkedBackends(input.backends);
  const listeners = backends.length === 0 ? [] : listenersOf(input);
  const values: Record<string, string> = {
    user: input.user,
    workers: String(input.sizing.workers),
    rlimitNofile: String(input.sizing.rlimitNofile),
    workerConnections: String(input.sizing.workerConnections),
    shutdownTimeout: SHUTDOWN_TIMEOUT,
    pidFile: input.paths.pidFile,
    emergencyLog: input.paths.emergencyLog,
    moduleLines: input.moduleLines.join('\n'),
    sessionErrorLog: sessionErrorLog(input.errorPort),
    upstreams: listeners.map((listener) => upstream(listener, backends)).join('\n'),
    servers:
      listeners.length === 0
        ? '    # No station is ready: nothing listens, connections are refused at once.'
        : listeners.map((listener) => server(listener, input.ipv6)).join('\n'),
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

function listenersOf({ settings, stationPorts = STATION_PORTS }: RenderInput): Listener[] {
  const ports = [
    { name: 'primary', port: settings.primaryPort, stationPort: stationPorts.primary },
    { name: 'secondary', port: settings.secondaryPort, stationPort: stationPorts.secondary },
  ];
  return ports.flatMap((one) => [
    { ...one, protocol: 'tcp' as const, name: `${one.name}_tcp` },
    { ...one, protocol: 'udp' as const, name: `${one.name}_udp` },
  ]);
}

function upstream({ name, protocol, stationPort }: Listener, backends: readonly Backend[]): string {
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

function server({ name, protocol, port }: Listener, ipv6: boolean): string {
  const options =
    protocol === 'tcp' ? 'reuseport backlog=4096 so_keepalive=5m:30s:4' : 'udp reuseport rcvbuf=4m sndbuf=4m';
  return [
    '    server {',
    `        listen 0.0.0.0:${port} ${options};`,
    ...(ipv6 ? [`        listen [::]:${port} ipv6only=on ${options};`] : []),
    `        proxy_pass ${name};`,
    `        proxy_timeout ${protocol === 'tcp' ? TCP_IDLE : UDP_IDLE};`,
    '    }',
  ].join('\n');
}

function sessionErrorLog(port: number | null): string {
  return port === null
    ? '# Session errors are not collected.'
    : `error_log syslog:server=127.0.0.1:${port},nohostname,tag=conduit warn;`;
}
