/**
 * Keeps a capture going: on the interface that leads to the internet, wherever that moves, again after every end, and
 * ends a window on the edges of ten seconds. All that leaves are totals of countries.
 */
import { statSync } from 'node:fs';
import type { TrackerSettings } from '../contract/settings.ts';
import type { Capture, Counted } from './capture.ts';
import { type GeoDatabase, openGeoDatabase } from './geo.ts';
import {
  findMainInterface,
  readAddresses,
  readInterface,
  readRoutes,
  type ServerAddresses,
} from './interfaces.ts';
import { startKernelSets } from './kernel-sets.ts';
import type { Follow, Report, WindowReport } from './messages.ts';
import { ownAddresses } from './special-addresses.ts';
import { startTcpdump } from './tcpdump.ts';
import { createTally } from './window.ts';

export interface Watch {
  follow(order: Follow): void;
  close(): Promise<void>;
}

export interface WatchOptions {
  prefix: string;
  longestWindowMs: number;
  builtInGeoPath: string;
  onReport: (report: Report) => void;
  onWindow: (window: WindowReport) => void;
}

const BUCKET_MS = 10_000;
const LOOK_MS = 1000;
/** The way to the internet and the file of countries are looked at this often: with every edge, however early one is seen. */
const SURROUNDINGS_MS = 9000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** A clock that jumped by more makes the window begin anew. */
const JUMP_MS = 5 * 60_000;

const edgeOf = (ms: number) => Math.floor(ms / BUCKET_MS) * BUCKET_MS;

export function createWatch(options: WatchOptions): Watch {
  const { prefix, longestWindowMs, builtInGeoPath, onReport, onWindow } = options;
  let settings: TrackerSettings | null = null;
  let ports: readonly number[] = [];
  /** The newest order, and the one that what runs was started for. */
  let order = 0;
  let followed = 0;
  let addresses: ServerAddresses = { own: ownAddresses([]), hosts: [] };
  let geo: GeoDatabase | null = null;
  let geoError: string | null = null;
  let capture: Capture | null = null;
  /** What the capture that runs was started for; another picture ends it. */
  let picture = '';
  let device: string | null = null;
  /** The number of the interface that is watched, and the edge at which everything was looked at last. */
  let watched: string | null = null;
  let lookedAt = 0;
  /** The interface that is wanted, or the routes that led to the one that was found. */
  let asked = '';
  let surroundingsAt = Number.NEGATIVE_INFINITY;
  let state: Report['state'] = 'off';
  let message: string | null = null;
  let since: number | null = null;
  let restarts = 0;
  let retryMs = FIRST_RETRY_MS;
  let retryAt = 0;
  let windowFrom = edgeOf(Date.now());
  let countedThreadMs = threadCpuMs();
  const sum: Counted = { packets: 0, dropped: 0, cpuMs: 0 };
  const tally = createTally({
    countryOf: (address) => geo?.countryOf(address) ?? null,
    own: () => addresses.own,
  });

  let closed = false;
  let busy: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    // An error may carry what was being read: only that there was one is told.
    busy = busy.then(look).catch(() => {
      followed = order;
      wait('It failed, and is tried again.');
    });
  }, LOOK_MS);

  function report(): void {
    onReport({
      order: followed,
      state,
      message,
      interface: device,
      since,
      restarts,
      geo: {
        name: geo?.name ?? null,
        builtAt: geo?.builtAt ?? null,
        path: geo?.path ?? settings?.geoipPath ?? builtInGeoPath,
        error: geoError,
      },
    });
  }

  /** A file that cannot be used leaves the one before in use. */
  function freshenGeo(): void {
    const path = settings?.geoipPath ?? builtInGeoPath;
    try {
      if (geo?.path === path && statSync(path).mtimeMs === geo.changedAt) return;
      geo = openGeoDatabase(path);
      geoError = null;
    } catch (error) {
      geoError = error instanceof Error ? error.message : 'The file cannot be read.';
      if (geo === null && path !== builtInGeoPath) geo = openGeoDatabase(builtInGeoPath);
    }
  }

  async function freshenSurroundings(wanted: TrackerSettings): Promise<void> {
    if (performance.now() - surroundingsAt < SURROUNDINGS_MS) return;
    surroundingsAt = performance.now();
    freshenGeo();
    const question = wanted.interface ?? (await readRoutes());
    // Finding the way out means to start a program: that is done again only when some route is another.
    if (device === null || question !== asked) device = wanted.interface ?? (await findMainInterface());
    asked = question;
    report();
  }

  /** The end of one capture leaves what it counted in the table. */
  async function stop(): Promise<void> {
    const ending = capture;
    capture = null;
    since = null;
    if (ending === null) return;
    add(await ending.flush());
    await ending.close();
  }

  function add(counted: Counted): void {
    sum.packets += counted.packets;
    sum.dropped += counted.dropped;
    sum.cpuMs += counted.cpuMs;
  }

  function wait(why: string): void {
    state = 'waiting';
    message = why;
    retryAt = performance.now() + retryMs;
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    report();
  }

  async function start(wanted: TrackerSettings & { preset: 'frontend' | 'all' }): Promise<void> {
    if (performance.now() < retryAt) return;
    if (device === null)
      return wait('No way to the internet was found; choose the interface to watch in the settings.');
    if (readInterface(device) === null) return wait(`The interface ${device} is not there.`);
    const options = {
      table: tally.table,
      interface: device,
      preset: wanted.preset,
      ports,
      ...addresses,
      prefix,
      longestWindowMs,
    };
    try {
      const begun = await (wanted.capture === 'kernel' ? startKernelSets(options) : startTcpdump(options));
      capture = begun;
      watched = index(options.interface);
      since = Date.now();
      state = 'running';
      message = null;
      report();
      void begun.failed.then((reason) => {
        if (capture !== begun) return;
        capture = null;
        since = null;
        restarts++;
        wait(`The capture on ${options.interface} ended and is started again: ${reason}.`);
        void begun.close();
      });
    } catch (error) {
      wait(error instanceof Error ? `${error.message}.` : 'It could not be started.');
    }
  }

  async function endWindow(): Promise<void> {
    const now = Date.now();
    const edge = edgeOf(now);
    if (edge < windowFrom || edge - windowFrom > JUMP_MS) windowFrom = edge;
    if (edge === windowFrom) return;
    if (capture === null && tally.table.size === 0) {
      // Nothing was watched: that is a gap.
      windowFrom = edge;
      return;
    }
    if (capture !== null) {
      if (!capture.isDue(now - windowFrom)) return;
      addresses = readAddresses(device);
      add(await capture.flush());
    }
    const countries = tally.close(edge);
    const threadMs = threadCpuMs();
    onWindow({
      from: windowFrom,
      to: edge,
      countries,
      ...sum,
      cpuMs: sum.cpuMs + threadMs - countedThreadMs,
    });
    countedThreadMs = threadMs;
    Object.assign(sum, { packets: 0, dropped: 0, cpuMs: 0 });
    windowFrom = edge;
    // It has gone well for a whole window.
    retryMs = FIRST_RETRY_MS;
  }

  /** The kernel counts by itself: before the next edge there is something to do only for an order, or another interface. */
  function isAtRest(): boolean {
    return (
      capture !== null && followed === order && edgeOf(Date.now()) === lookedAt && index(device) === watched
    );
  }

  async function look(): Promise<void> {
    if (closed || settings === null) return;
    const wanted = settings;
    const doing = order;
    const { preset, capture: how } = wanted;
    if (preset === 'off') {
      await stop();
      tally.table.clear();
      device = null;
      if (state !== 'off') {
        state = 'off';
        message = null;
        report();
      }
      return;
    }
    if (how === 'kernel' && isAtRest()) return;
    lookedAt = edgeOf(Date.now());
    await freshenSurroundings(wanted);
    // Only tcpdump's filter names addresses, and one that is new must not wait: its clients would not be counted. The
    // kernel's rules count on, whatever address comes or goes, and to list all of a server with forty bridges costs more.
    if (how === 'tcpdump') addresses = readAddresses(device);
    const named = how === 'tcpdump' ? addresses.hosts : [];
    const next = JSON.stringify([preset, how, device, index(device), ports, named]);
    if (next !== picture) {
      await stop();
      addresses = readAddresses(device);
      picture = next;
      retryAt = 0;
      state = 'starting';
    }
    if (followed !== doing) {
      followed = doing;
      report();
    }
    if (capture === null) await start({ ...wanted, preset });
    await endWindow();
  }

  return {
    follow(next) {
      ({ settings, ports, order } = next);
      surroundingsAt = Number.NEGATIVE_INFINITY;
      if (state === 'off' && settings.preset !== 'off') state = 'starting';
      report();
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await busy;
      await capture?.close();
      capture = null;
      tally.table.clear();
    },
  };
}

/** An interface that went and came back has another number. */
function index(device: string | null): string | null {
  return device === null ? null : (readInterface(device)?.index ?? null);
}

/** Processor time of this thread. */
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
