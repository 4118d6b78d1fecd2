/**
 * The tracker in the agent: starts the thread that knows addresses when it is wanted, tells it what to follow, and takes
 * in the totals it sends. Nothing here ever sees an address.
 */
import { getTrackerSettings, saveTrackerSettings } from '../../db/tracker-settings.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { TrackerSettings } from '../../lib/contract/settings.ts';
import { startWorker } from '../../lib/host/worker.ts';
import { builtInGeoPath, openGeoDatabase } from '../../lib/tracker/geo.ts';
import { listInterfaces } from '../../lib/tracker/interfaces.ts';
import { removeKernelTable } from '../../lib/tracker/kernel-sets.ts';
import type { FromWorker, Report, WindowReport } from '../../lib/tracker/messages.ts';
import { trackerProblems } from './problems.ts';
import type { TrackerService, TrackerServiceOptions } from './service.ts';
import { createTrackerThread } from './thread.ts';

/** The balancer's ports are looked at this often. */
const PORTS_EVERY_MS = 5000;
const CLOSE_WITHIN_MS = 5000;
const AGAIN_AFTER_MS = 5000;
/** Windows over which drops are judged. */
const RECENT_WINDOWS = 6;

export function createTrackerService({
  env,
  db,
  log,
  now,
  activity,
  balancerPorts,
  onWindow,
}: TrackerServiceOptions): TrackerService {
  let settings = getTrackerSettings(db);
  let report: Report | null = null;
  let recent: WindowReport[] = [];
  let told = '';
  let order = 0;
  let timer: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;
  let closing = false;
  const total = { packets: 0, dropped: 0 };

  const thread = createTrackerThread({
    start: () =>
      startWorker('tracker', {
        prefix: env.prefix,
        longestWindowMs: env.trackerWindowMs,
        builtInGeoPath: builtInGeoPath(),
      }),
    removeTraces: () => removeKernelTable(env.prefix),
    onMessage: take,
    onEnd() {
      report = null;
      told = '';
      if (!closing && settings.preset !== 'off') again = setTimeout(follow, AGAIN_AFTER_MS);
    },
    closeWithinMs: CLOSE_WITHIN_MS,
    log,
  });

  function take(message: FromWorker): void {
    if (message.type === 'report') {
      const { state } = message.report;
      if (state !== report?.state)
        log.info({ state, interface: message.report.interface, reason: message.report.message }, 'tracker');
      report = message.report;
    } else if (message.type === 'window') {
      const { window } = message;
      total.packets += window.packets;
      total.dropped += window.dropped;
      recent = [...recent, window].slice(-RECENT_WINDOWS);
      onWindow(window);
    }
  }

  /** Tells the thread what to do, when that is news to it. */
  function follow(): void {
    if (closing || (!thread.isThere() && settings.preset === 'off')) return;
    if (!thread.isThere()) {
      if (!thread.mayBegin()) return;
      thread.begin();
    }
    const wanted = { settings, ports: [...balancerPorts()] };
    const text = JSON.stringify(wanted);
    if (text === told) return;
    told = text;
    order++;
    thread.tell({ type: 'follow', order, ...wanted });
    if (settings.preset === 'off') recent = [];
  }

  function check(next: TrackerSettings): void {
    if (next.interface !== null && next.interface !== settings.interface) {
      const there = listInterfaces();
      if (!there.includes(next.interface)) throw noInterface(there);
    }
    if (next.geoipPath !== null && next.geoipPath !== settings.geoipPath) openGeoDatabase(next.geoipPath);
  }

  const service: TrackerService = {
    settings: () => settings,
    latest: () => recent.at(-1) ?? null,
    state() {
      const last = recent.at(-1);
      // What the thread said of the settings before these is no answer.
      const current = report?.order === order ? report : null;
      const seconds = last === undefined ? 0 : (last.to - last.from) / 1000;
      const rate = (amount: number) => (seconds === 0 ? 0 : amount / seconds);
      const bytes = (last?.countries ?? []).reduce(
        (sum, { uploadedBytes, downloadedBytes }) => sum + uploadedBytes + downloadedBytes,
        0,
      );
      return {
        settings,
        state: settings.preset === 'off' ? 'off' : (current?.state ?? 'starting'),
        message: current?.message ?? null,
        interface: report?.interface ?? null,
        since: report?.since ?? null,
        windowSeconds: seconds,
        windowAt: last?.to ?? null,
        packetsPerSecond: rate(last?.packets ?? 0),
        bytesPerSecond: rate(bytes),
        packets: total.packets,
        droppedPackets: total.dropped,
        restarts: report?.restarts ?? 0,
        cpuPercent: last === undefined ? null : rate(last.cpuMs) / 10,
        geo: report?.geo ?? {
          name: null,
          builtAt: null,
          path: settings.geoipPath ?? builtInGeoPath(),
          error: null,
        },
      };
    },
    async configure(change, actor) {
      const next = { ...settings, ...change };
      check(next);
      saveTrackerSettings(db, next, now());
      settings = next;
      activity.record({ actor, action: 'tracker.configure', summary: summaryOf(next), outcome: 'ok' });
      follow();
      return service.state();
    },
    problems: () => trackerProblems(service.state(), recent),
    async start() {
      // What an agent that was killed left counting.
      if (settings.preset === 'off') await removeKernelTable(env.prefix);
      follow();
      timer = setInterval(follow, PORTS_EVERY_MS);
      timer.unref();
    },
    async close() {
      closing = true;
      clearInterval(timer);
      clearTimeout(again);
      await thread.close();
    },
  };
  return service;
}

function noInterface(there: readonly string[]): AppError {
  const message = `must be one of this server: ${there.join(', ')}; or empty for the one that leads to the internet`;
  return new AppError('invalid_input', {
    message: `interface ${message}.`,
    fields: [{ field: 'interface', message }],
  });
}

function summaryOf({ preset, capture, interface: device }: TrackerSettings): string {
  if (preset === 'off') return 'The tracker is switched off';
  return `The tracker watches ${device ?? 'the main interface'} (${preset}, ${capture})`;
}
