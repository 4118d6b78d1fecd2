/** The balancer as text for a terminal. Pure. */
import type { BalancerDetail, BalancerTraffic } from '../lib/contract/balancer.ts';
import type { BalancerState } from '../lib/contract/snapshot.ts';
import {
  backupOwner,
  driftSentence,
  formatPerSecond,
  inPortOrder,
  oldWorkersSentence,
  openSessions,
  portTotals,
  sessionSpread,
  shareSentence,
  spreadSentence,
} from '../lib/format/balancer.ts';
import { formatBitrate, formatBytes } from '../lib/format/bytes.ts';
import { formatCount, plural } from '../lib/format/count.ts';
import { diffLines } from '../lib/format/diff-lines.ts';
import { explainNginxError } from '../lib/format/nginx-error.ts';
import { formatDateTime } from '../lib/format/time.ts';
import type { Style } from './command.ts';
import { type Cell, type Column, textTable } from './text-table.ts';

/** More complaints than this are the panel's business. */
const MAX_ERRORS = 5;

export function nginxStatusView(detail: BalancerDetail, traffic: BalancerTraffic, style: Style): string {
  const { state } = detail;
  const { sessions } = traffic;
  const totals = portTotals(traffic.ports);
  const lines = [
    `${style.bold('BALANCER:')} ${stateText(state, style)}, engine ${state.engine}, ${plural(state.backends, 'station')} behind it`,
    ...(state.message === null ? [] : [`  ${style.yellow(state.message)}`]),
    '',
    `  Ports      ${portsText(state.ports, style)}`,
    `  Sessions   ${formatCount(sessions.tcp + sessions.udp)} open (TCP ${formatCount(sessions.tcp)}, UDP ${formatCount(sessions.udp)}), ${formatPerSecond(totals.openedPerSecond)} new`,
    `  Traffic    ${formatBitrate(totals.bytesInPerSecond)} in, ${formatBitrate(totals.bytesOutPerSecond)} out; ${formatBytes(totals.bytesIn)} in, ${formatBytes(totals.bytesOut)} out ${sinceText(traffic)}`,
    `  Spread     ${spreadSentence(sessionSpread(traffic.stations))}`,
    `  Share      ${shareSentence(traffic)}`,
    `  Workers    ${workersText(detail)}`,
    `  File       ${driftSentence(detail)}`,
    ...traffic.notes.map((note) => `  Note       ${note}`),
    ...portLines(traffic, style),
    ...stationLines(traffic, style),
    ...errorLines(detail.lastErrors, style),
  ];
  return lines.join('\n');
}

/** Newest first. */
export function backupsView(backups: BalancerDetail['backups'], style: Style): string {
  if (backups.length === 0) return 'No backups yet: one is kept before the configuration is first written.';
  const [head = '', ...rows] = textTable(
    [{ head: 'When' }, { head: 'Size', align: 'right' }, { head: 'Whose' }, { head: 'ID' }],
    backups.map((backup) => [
      formatDateTime(backup.at),
      formatBytes(backup.bytes),
      backupOwner(backup),
      { text: backup.id, paint: style.cyan },
    ]),
  );
  return [style.bold(head), ...rows].join('\n');
}

/** A unified diff; the marks tell all, the colours are for the eye. */
export function diffView(diff: string, style: Style): string {
  const paint = {
    added: style.green,
    removed: style.red,
    place: style.cyan,
    file: style.bold,
    same: (text: string) => text,
  };
  return diffLines(diff)
    .map(({ kind, text }) => paint[kind](text))
    .join('\n');
}

function stateText({ state }: BalancerState, style: Style): string {
  if (state === 'running') return style.green(state);
  return state === 'failed' ? style.red(state) : style.yellow(state);
}

function portsText(ports: BalancerState['ports'], style: Style): string {
  if (ports.length === 0) return 'none';
  return ports
    .map(({ port, protocol, listening }) =>
      listening ? `${port}/${protocol}` : style.red(`${port}/${protocol} not listening`),
    )
    .join(' ');
}

function sinceText({ since }: BalancerTraffic): string {
  return since === null ? '(not counted)' : `since ${formatDateTime(since)}`;
}

/** The last steps of the sum say how many workers there are and what each holds. */
function workersText({ arithmetic, state }: BalancerDetail): string {
  const old = oldWorkersSentence(state.oldWorkers) ?? 'No old worker is left.';
  return [...arithmetic.slice(3), old].join('\n             ');
}

function portLines({ ports }: BalancerTraffic, style: Style): string[] {
  if (ports.length === 0) return [];
  return section(
    style,
    [
      { head: 'Port' },
      { head: 'Sessions', align: 'right' },
      { head: 'New', align: 'right' },
      { head: 'In', align: 'right' },
      { head: 'Out', align: 'right' },
      { head: 'In now', align: 'right' },
      { head: 'Out now', align: 'right' },
    ],
    inPortOrder(ports).map((flow) => [
      `${flow.port}/${flow.protocol}`,
      formatCount(flow.opened),
      formatPerSecond(flow.openedPerSecond),
      formatBytes(flow.bytesIn),
      formatBytes(flow.bytesOut),
      formatBitrate(flow.bytesInPerSecond),
      formatBitrate(flow.bytesOutPerSecond),
    ]),
  );
}

function stationLines({ stations }: BalancerTraffic, style: Style): string[] {
  if (stations.length === 0) return ['', style.dim('No station is behind the balancer.')];
  return section(
    style,
    [
      { head: 'Station' },
      { head: 'Rotation' },
      { head: 'Open', align: 'right' },
      { head: '443 tcp', align: 'right' },
      { head: 'udp', align: 'right' },
      { head: '5566 tcp', align: 'right' },
      { head: 'udp', align: 'right' },
      { head: 'In', align: 'right' },
      { head: 'Out', align: 'right' },
      { head: 'It reports', align: 'right' },
      { head: '' },
    ],
    stations.map((station) => [
      station.name,
      rotationCell(station.rotation, style),
      formatCount(openSessions(station)),
      formatCount(station.primary.tcp),
      formatCount(station.primary.udp),
      formatCount(station.secondary.tcp),
      formatCount(station.secondary.udp),
      formatBytes(station.bytesIn),
      formatBytes(station.bytesOut),
      station.reportedBytes === null ? '–' : formatBytes(station.reportedBytes),
      { text: station.reason ?? '', paint: style.dim },
    ]),
  );
}

/** A table below a blank line, indented. */
function section(style: Style, columns: readonly Column[], cells: readonly (readonly Cell[])[]): string[] {
  const [head = '', ...rows] = textTable(columns, cells);
  return ['', style.bold(`  ${head}`), ...rows.map((row) => `  ${row}`)];
}

function rotationCell(rotation: BalancerTraffic['stations'][number]['rotation'], style: Style): Cell {
  const paint = { in: style.green, draining: style.cyan, out: style.yellow }[rotation];
  return { text: rotation, paint };
}

function errorLines(errors: readonly string[], style: Style): string[] {
  if (errors.length === 0) return [];
  const shown = errors.slice(0, MAX_ERRORS).flatMap((line) => {
    const meaning = explainNginxError(line);
    return [`  ${line}`, ...(meaning === null ? [] : [style.dim(`    ${meaning}`)])];
  });
  const rest = errors.length - MAX_ERRORS;
  return [
    '',
    style.bold('nginx complained of'),
    ...shown,
    ...(rest > 0 ? [style.dim(`  and ${rest} more: conduit nginx status --json`)] : []),
  ];
}
