/**
 * Asks all stations at once and waits for those that usually answer. A station that hangs is asked on, but nobody
 * waits for it: its silence must not make the picture of the others old.
 */
import type { Logger } from 'pino';
import { STATION_PORTS } from '../../lib/balancer/render.ts';
import type { Docker } from '../../lib/host/docker-types.ts';
import { type CgroupMeter, findCgroup, openMeter } from '../../lib/stations/cgroup.ts';
import { readIngress } from '../../lib/stations/ingress.ts';
import type { StationMetrics } from '../../lib/stations/metrics.ts';
import { createScraper } from '../../lib/stations/scrape.ts';
import type { StationRuntime } from '../fleet/service.ts';
import { readLogReport, readStatsReport } from './older-reports.ts';
import { createTrack, followRuntime, type Reading, type StationTrack, takeReading } from './station-track.ts';

export interface Sampler {
  /**
   * Looks at every station once. @returns what is known of each, in the order given
   * @param only `answers`: asks whether they answer, and measures nothing
   */
  sample(runtimes: readonly StationRuntime[], only?: 'answers'): Promise<StationTrack[]>;
  close(): void;
}

export interface SamplerOptions {
  docker: Pick<Docker, 'logs'>;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** A station missed two questions in a row: told at once, not at the next sample. */
  onSilent?: () => void;
}

/** A station that takes longer has no time for its clients either. */
const ANSWER_WITHIN_MS = 1000;
/** How long one station can hold up a sample. */
const PATIENCE_MS = 500;
const AGAIN_AFTER_MS = 500;
/** Questions under way at a time; more stations than this wait in line. */
const MAX_ASKING = 128;
/** The log is a slow source: it is asked only where there is no other. */
const LOG_EVERY_MS = 10_000;
/** One station's log a while is looked at for a demand to upgrade; all run the same image. */
const UPGRADE_CHECK_EVERY_MS = 30_000;
/** Ports are opened soon after the start and hardly change; each look starts a program. */
const INGRESS_EVERY_MS = 60_000;
const INGRESS_AGAIN_MS = 10_000;
const INGRESS_AT_FIRST_MS = 2000;
/** Looks at a time, so that a large fleet does not make one sample slow. */
const INGRESS_A_SAMPLE = 4;

export function createSampler({ docker, log, now, onSilent }: SamplerOptions): Sampler {
  const scraper = createScraper({ timeoutMs: ANSWER_WITHIN_MS });
  const tracks = new Map<number, StationTrack>();
  const line: (() => void)[] = [];
  let asking = 0;
  let upgradeCheckedAtMs = now();
  let upgradeTurn = 0;

  function follow(runtimes: readonly StationRuntime[], nowMs: number): StationTrack[] {
    const followed = runtimes.map((runtime) => {
      let track = tracks.get(runtime.index);
      if (track === undefined) {
        track = createTrack(runtime);
        tracks.set(runtime.index, track);
      }
      followRuntime(track, runtime, nowMs);
      return track;
    });
    if (tracks.size > runtimes.length) {
      const there = new Set(runtimes.map(({ index }) => index));
      for (const [index, track] of tracks) {
        if (there.has(index)) continue;
        track.meter?.close();
        tracks.delete(index);
      }
    }
    return followed;
  }

  /** Waits in line while too many questions are under way. */
  function question(endpoint: string): Promise<StationMetrics | null> {
    return new Promise((resolve) => {
      const begin = () => {
        asking++;
        void scraper.scrape(endpoint).then((metrics) => {
          asking--;
          resolve(metrics);
          line.shift()?.();
        });
      };
      if (asking < MAX_ASKING) begin();
      else line.push(begin);
    });
  }

  /**
   * Asks for metrics; a station that was well is asked a second time when nothing has come soon, beside the first
   * question: who is silent to both leaves the balancer well within five seconds.
   */
  async function inquire(track: StationTrack, endpoint: string): Promise<void> {
    const { epoch } = track;
    const wasWell = track.failures === 0;
    track.asking = true;
    const first = question(endpoint);
    let answer = wasWell ? await inTime(first, AGAIN_AFTER_MS) : await first;
    if (wasWell && answer === null) answer = await either(first, question(endpoint));
    track.asking = false;
    // It may have been restarted meanwhile; the answer of a process that is gone says nothing of the new one.
    if (track.epoch !== epoch) return;
    const misses = wasWell && answer === null ? 2 : 1;
    for (let i = 0; i < misses; i++)
      takeReading(track, answer === null ? null : fromMetrics(answer), performance.now(), now());
    if (misses === 2) onSilent?.();
  }

  function askAll(running: readonly StationTrack[]): Promise<void> {
    return new Promise((resolve) => {
      let open = 1;
      const timer = setTimeout(resolve, PATIENCE_MS);
      const done = () => {
        if (--open > 0) return;
        clearTimeout(timer);
        resolve();
      };
      for (const track of running) {
        const { metricsEndpoint } = track.runtime;
        if (metricsEndpoint === null || track.asking) continue;
        const awaited = track.failures === 0;
        if (awaited) open++;
        void inquire(track, metricsEndpoint).then(awaited ? done : () => {});
      }
      done();
    });
  }

  function readOlder(track: StationTrack, nowMs: number): void {
    const { dataDir, startedAtMs } = track.runtime;
    const report = dataDir === null ? null : readStatsReport(dataDir, startedAtMs ?? 0);
    if (report !== null) takeReading(track, report, performance.now(), nowMs);
    // A file that was there and cannot be read this moment is being written.
    else if (track.reading?.source !== 'stats-file' && nowMs - track.logReadAtMs >= LOG_EVERY_MS)
      void readLog(track, nowMs);
  }

  async function readLog(track: StationTrack, nowMs: number): Promise<void> {
    const { containerId, startedAtMs } = track.runtime;
    if (containerId === null) return;
    const { epoch } = track;
    track.logReadAtMs = nowMs;
    try {
      const report = await readLogReport(docker, containerId, startedAtMs ?? 0);
      if (track.epoch !== epoch) return;
      track.upgradeRequired = report.upgradeRequired;
      if (report.reading !== null && track.runtime.metricsEndpoint === null)
        takeReading(track, report.reading, performance.now(), nowMs);
    } catch (error) {
      log.debug({ err: error, station: track.runtime.index }, 'the log of a station cannot be read');
    }
  }

  function checkForUpgrade(running: readonly StationTrack[], nowMs: number): void {
    if (running.length === 0 || nowMs - upgradeCheckedAtMs < UPGRADE_CHECK_EVERY_MS) return;
    upgradeCheckedAtMs = nowMs;
    const track = running[upgradeTurn++ % running.length];
    if (track !== undefined) void readLog(track, nowMs);
  }

  return {
    async sample(runtimes, only) {
      const nowMs = now();
      const followed = follow(runtimes, nowMs);
      const running = followed.filter(({ epoch }) => epoch !== null);
      const asked = askAll(running);
      if (only === 'answers') {
        await asked;
        return followed;
      }
      for (const track of running) {
        measure(track);
        if (track.runtime.metricsEndpoint === null) readOlder(track, nowMs);
      }
      checkForUpgrade(running, nowMs);
      // Nobody waits for these: what they find is in the next snapshot.
      lookAtIngress(running, nowMs).catch((error: unknown) =>
        log.warn({ err: error }, 'could not see where stations listen'),
      );
      await asked;
      return followed;
    },
    close() {
      scraper.close();
      for (const track of tracks.values()) track.meter?.close();
      tracks.clear();
    },
  };
}

/** @returns null when no answer has come after `ms`, also where the question was refused before */
function inTime<T>(question: Promise<T | null>, ms: number): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    void question.then((answer) => {
      if (answer === null) return;
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

/** The first answer; null when both questions ended without one. */
function either<T>(...questions: Promise<T | null>[]): Promise<T | null> {
  return new Promise((resolve) => {
    for (const question of questions)
      void question.then((answer) => {
        if (answer !== null) resolve(answer);
      });
    void Promise.all(questions).then(() => resolve(null));
  });
}

/** Processor and memory; the group's files are looked for once a start. */
function measure(track: StationTrack): void {
  if (track.runtime.pid === null) return;
  track.meter ??= openMeterOf(track.runtime.pid);
  track.usage = track.meter?.read() ?? null;
  if (track.usage !== null) track.cpu.add(performance.now(), track.usage.cpuNanoseconds);
}

async function lookAtIngress(running: readonly StationTrack[], nowMs: number): Promise<void> {
  const due = running.filter((track) => isIngressDue(track, nowMs));
  await Promise.all(
    due.slice(0, INGRESS_A_SAMPLE).map(async (track) => {
      const { epoch, runtime } = track;
      if (runtime.pid === null || runtime.address === null) return;
      track.ingressAtMs = nowMs;
      const ingress = await readIngress(runtime.pid, Object.values(STATION_PORTS));
      if (track.epoch === epoch) track.ingress = ingress;
    }),
  );
}

/** A station that has just started may not have opened its ports yet: it is looked at more often until it has. */
function isIngressDue({ runtime, ingress, ingressAtMs }: StationTrack, nowMs: number): boolean {
  const age = nowMs - (runtime.startedAtMs ?? 0);
  if (age < INGRESS_AT_FIRST_MS) return false;
  const again = age < INGRESS_EVERY_MS && ingress !== 'open' ? INGRESS_AGAIN_MS : INGRESS_EVERY_MS;
  return nowMs - ingressAtMs >= again;
}

function openMeterOf(pid: number): CgroupMeter | null {
  const files = findCgroup(pid);
  return files === null ? null : openMeter(files);
}

function fromMetrics(metrics: StationMetrics): Reading {
  const {
    connected,
    connecting,
    announcing,
    live,
    uploadedBytes,
    downloadedBytes,
    processStartSeconds,
    regions,
  } = metrics;
  return {
    source: 'metrics',
    connected,
    connecting,
    announcing,
    live,
    uploadedBytes,
    downloadedBytes,
    processStartSeconds,
    regions,
  };
}
