/** One picture of the server as text for a terminal. Pure. */
import type { Problem, Snapshot, StationSnapshot } from '../lib/contract/snapshot.ts';
import { formatBitrate, formatBytes } from '../lib/format/bytes.ts';
import { formatCount, plural } from '../lib/format/count.ts';
import { formatDuration } from '../lib/format/time.ts';
import type { Style } from './command.ts';

/** More rows than this are the panel's business. */
const MAX_ROWS = 60;

export function statusView(snapshot: Snapshot, style: Style): string {
  const { users, stations, traffic, host, stationList } = snapshot;
  const complete = stations.running === stations.wanted;
  const count = `${stations.running}/${stations.wanted}`;
  const lines = [
    `${style.bold('TOTAL USERS:')} ${style.green(formatCount(users.connected))} connected, ` +
      `${style.yellow(formatCount(users.connecting))} connecting, across ${plural(stations.running, 'station')}`,
    '',
    `  Stations   ${complete ? style.green(count) : style.yellow(count)} running`,
    `  Traffic    ${formatBitrate(traffic.uploadBps)} up, ${formatBitrate(traffic.downloadBps)} down; ` +
      `${formatBytes(traffic.uploadedBytes)} up, ${formatBytes(traffic.downloadedBytes)} down since the stations started`,
    `  Balancer   ${balancerLine(snapshot, style)}`,
    `  Docker     ${snapshot.engine.state === 'up' ? style.green('up') : style.red(snapshot.engine.message ?? 'down')}`,
    `  Host       ${hostLine(host)}`,
    ...(snapshot.activeJobId === null
      ? []
      : [`  Job        running: conduit job watch ${snapshot.activeJobId.slice(0, 8)}`]),
    ...problemLines(snapshot.problems, style),
    ...stationLines(stationList, style, snapshot.at),
  ];
  return lines.join('\n');
}

function balancerLine({ balancer }: Snapshot, style: Style): string {
  const ports = balancer.ports.map(({ port, protocol, listening }) =>
    listening ? `${port}/${protocol}` : style.red(`${port}/${protocol} not listening`),
  );
  const state = balancer.state === 'running' ? style.green('running') : style.yellow(balancer.state);
  const message = balancer.message === null ? '' : `: ${balancer.message}`;
  const where = ports.length === 0 ? '' : `, ${ports.join(' ')}`;
  return `${state}${message}, ${plural(balancer.backends, 'station')} behind it${where}`;
}

function hostLine(host: Snapshot['host']): string {
  const cpu = host.cpuPercent === null ? '' : `, ${Math.round(host.cpuPercent)} % busy`;
  const disk = host.diskFreeBytes === null ? '' : `, ${formatBytes(host.diskFreeBytes)} of disk free`;
  return (
    `${plural(host.cores, 'core')}${cpu}, ` +
    `${formatBytes(host.memoryUsedBytes)} of ${formatBytes(host.memoryTotalBytes)} memory used${disk}`
  );
}

function problemLines(problems: readonly Problem[], style: Style): string[] {
  if (problems.length === 0) return [];
  const paint = { info: style.cyan, warning: style.yellow, critical: style.red };
  const each = problems.flatMap(({ severity, title, detail, remedy }) => [
    `  ${paint[severity](`${severity}:`)} ${style.bold(title)}`,
    ...(detail === '' ? [] : [`    ${detail}`]),
    ...(remedy === null ? [] : [`    → ${remedy}`]),
  ]);
  return ['', style.bold('Problems'), ...each];
}

function stationLines(stations: readonly StationSnapshot[], style: Style, now: number): string[] {
  if (stations.length === 0) return ['', style.dim('No stations. Start some with `conduit scale <count>`.')];
  const shown = stations.slice(0, MAX_ROWS);
  const width = Math.max(7, ...shown.map(({ name }) => name.length));
  const head = `  ${'Station'.padEnd(width)}  ${'State'.padEnd(12)}  ${'Users'.padStart(6)}  ${'Up'.padStart(12)}  ${'Down'.padStart(12)}  For`;
  const rows = shown.map((station) => {
    const age = station.startedAt === null ? '–' : formatDuration(now - station.startedAt);
    const reason = station.reason === null ? '' : `  ${style.dim(station.reason)}`;
    return (
      `  ${station.name.padEnd(width)}  ${stateText(station, style)}  ${formatCount(station.connected).padStart(6)}  ` +
      `${formatBitrate(station.uploadBps).padStart(12)}  ${formatBitrate(station.downloadBps).padStart(12)}  ${age}${reason}`
    );
  });
  const rest = stations.length - shown.length;
  return [
    '',
    style.bold(head),
    ...rows,
    ...(rest > 0 ? [style.dim(`  and ${rest} more: conduit status --json`)] : []),
  ];
}

function stateText({ state }: StationSnapshot, style: Style): string {
  const text = state.padEnd(12);
  if (state === 'running') return style.green(text);
  return state === 'starting' || state === 'stopped' ? style.yellow(text) : style.red(text);
}
