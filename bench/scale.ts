/**
 * Scaling under load: 10,000 sessions are held and 500 new ones a second come while the fleet goes from 40 stations
 * to 20 and back. Nobody new may be refused, and no session on a station that stays may be lost.
 */
import { applyFleet, connectedCounts, rounded, say, startBenchAgent } from './fleet.ts';
import { type Load, type Outcome, quantile, startLoad } from './load/load.ts';
import { readNumbers } from './options.ts';

const PORT = 31_443;
/** Of one slice of new sessions; slices follow one another until the scaling is over. */
const SLICE_SECONDS = 2;

export async function scale(words: readonly string[]): Promise<Record<string, unknown>> {
  const { numbers } = readNumbers(words, {
    held: { fallback: 10_000, min: 1, max: 100_000 },
    rate: { fallback: 500, min: 1, max: 20_000 },
    stations: { fallback: 40, min: 2, max: 400 },
    drain: { fallback: 10, min: 0, max: 600 },
  });
  const half = Math.floor(numbers.stations / 2);
  const agent = await startBenchAgent({
    balancer: {
      primaryPort: PORT,
      secondaryPort: 31_566,
      targetSessions: 40_000,
      drainSeconds: numbers.drain,
    },
    env: { CONDUIT_LOG_LEVEL: 'warn', CONDUIT_TICK_MS: '2000' },
  });
  const clients = (firstSource: string, processes: number, inFlight: number) =>
    startLoad({ host: '127.0.0.1', port: PORT, firstSource, processes, inFlight });
  const holding = await clients('127.1.0.1', 2, 200);
  const coming = await clients('127.2.0.1', 1, 2000);
  try {
    await applyFleet(agent, numbers.stations);
    const opened = await holding.open(numbers.held);
    say(`${opened.done} sessions held over ${numbers.stations} stations, ${opened.failed} failed`);
    const leaving = (await connectedCounts(agent)).slice(half).reduce((sum, one) => sum + one, 0);
    const down = await whileComing(coming, numbers.rate, () => applyFleet(agent, half));
    const afterDown = (await holding.echo()).alive;
    say(
      `${numbers.stations} → ${half}: ${down.done} new sessions, ${down.failed} failed; ${afterDown} of ${opened.done} held, ${leaving} were on stations that left`,
    );
    const up = await whileComing(coming, numbers.rate, () => applyFleet(agent, numbers.stations));
    const afterUp = (await holding.echo()).alive;
    say(`${half} → ${numbers.stations}: ${up.done} new sessions, ${up.failed} failed; ${afterUp} held`);
    return {
      held: opened.done,
      newSessions: down.done + up.done,
      newPerSecond: rounded((down.done + up.done) / (down.seconds + up.seconds), 0),
      newRefused: down.failed + up.failed,
      newEchoMs: {
        p50: rounded(quantile(down.echoMs, 0.5)),
        p99: rounded(quantile(down.echoMs, 0.99)),
      },
      onLeavingStations: leaving,
      lostOnStaying: Math.max(0, opened.done - leaving - afterDown) + (afterDown - afterUp),
    };
  } finally {
    holding.end();
    coming.end();
    await agent.dispose();
  }
}

/** New sessions without a pause for as long as `work` takes, and one slice after it. */
async function whileComing(load: Load, perSecond: number, work: () => Promise<unknown>): Promise<Outcome> {
  let over = false;
  const ended = work().finally(() => {
    over = true;
  });
  const slices: Outcome[] = [];
  for (let last = false; !last; ) {
    last = over;
    slices.push(await load.rate(perSecond, SLICE_SECONDS));
  }
  await ended;
  const sum = (pick: (one: Outcome) => number) => slices.reduce((total, one) => total + pick(one), 0);
  return {
    done: sum(({ done }) => done),
    failed: sum(({ failed }) => failed),
    alive: 0,
    seconds: sum(({ seconds }) => seconds),
    bytes: 0,
    connectMs: [],
    echoMs: slices.flatMap(({ echoMs }) => echoMs).sort((a, b) => a - b),
  };
}
