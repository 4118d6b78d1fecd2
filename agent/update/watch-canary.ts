/** Looks at a station that has another image until it has passed or failed. */
import { setTimeout as delay } from 'node:timers/promises';
import { type CanaryLook, isWell, judgeCanary } from '../../lib/fleet/canary.ts';
import { containerName } from '../../lib/fleet/names.ts';
import { isUpgradeRequired } from '../../lib/stations/log-line.ts';
import { redactAddresses } from '../../lib/stations/redact.ts';
import type { FleetHands } from '../fleet/hands.ts';
import { proxyIdOf } from './proxy-id.ts';
import type { UpdateServiceOptions } from './service.ts';

export type WatchDeps = Pick<UpdateServiceOptions, 'docker' | 'env' | 'live'>;

export interface WatchOptions {
  station: number;
  /** Proxy ID before; null when it had none. */
  proxyId: string | null;
  liveWithinMs: number;
  steadyMs: number;
  signal: AbortSignal;
  say: (text: string) => void;
}

const EVERY_MS = 500;
const LOG_LINES = 50;

/** @returns why it failed; null when it passed */
export async function watchCanary(
  deps: WatchDeps,
  hands: Pick<FleetHands, 'key'>,
  { station, proxyId, liveWithinMs, steadyMs, signal, say }: WatchOptions,
): Promise<string | null> {
  const started = performance.now();
  let wellSince: number | null = null;
  for (;;) {
    const look = await lookAt(deps, hands, station);
    const now = performance.now();
    wellSince = isWell(look) ? (wellSince ?? now) : null;
    const verdict = judgeCanary(look, {
      proxyId,
      sinceStartMs: now - started,
      wellForMs: wellSince === null ? null : now - wellSince,
      liveWithinMs,
      steadyMs,
    });
    if (verdict.state === 'failed') return verdict.why;
    if (verdict.state === 'passed') {
      const lines = await readLog(deps, station, signal);
      return lines.some(isUpgradeRequired) ? 'it says that a newer version is required, too' : null;
    }
    say(verdict.why);
    await delay(EVERY_MS, undefined, { signal });
    deps.live.hurry();
  }
}

/** The end of a station's log, without addresses; empty when it has no container. */
export async function readLog(
  { docker, env }: Pick<WatchDeps, 'docker' | 'env'>,
  station: number,
  signal: AbortSignal,
): Promise<string[]> {
  const found = await docker.inspectContainer(containerName(env.prefix, station));
  if (found === null) return [];
  const lines: string[] = [];
  for await (const { text } of docker.logs(found.id, { tail: LOG_LINES, follow: false, signal }))
    lines.push(redactAddresses(text));
  return lines;
}

async function lookAt(
  { docker, env, live }: WatchDeps,
  hands: Pick<FleetHands, 'key'>,
  station: number,
): Promise<CanaryLook> {
  const found = await docker.inspectContainer(containerName(env.prefix, station));
  const said = (await live.current()).stationList.find(({ index }) => index === station);
  // What its predecessor said counts for nothing.
  const isNews = said !== undefined && said.startedAt === found?.startedAtMs && said.source !== 'none';
  return {
    engineState: found?.state ?? null,
    exitCode: found?.exitCode ?? null,
    restarts: found?.restarts ?? 0,
    proxyId: await proxyIdOf(hands, station),
    report: isNews && (said.state === 'running' || said.live === false) ? said : null,
  };
}
