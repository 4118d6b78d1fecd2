/** A fleet of simulated stations for a benchmark, run by the real agent. */
import { buildSimulatorImages } from '../simulator/build.ts';
import { readTruth } from '../simulator/control.ts';
import { startTestAgent, type TestAgent, type TestAgentOptions } from '../test/harness/agent.ts';
import bundle from '../test/harness/bundle.ts';

export const BENCH_IMAGE = 'conduit-simulator:february';
export const STATIONS = 40;

/** Starts an agent of its own prefix and ports; `release` removes everything it made. */
export async function startBenchAgent(options: Omit<TestAgentOptions, 'prefix'> = {}): Promise<TestAgent> {
  await bundle();
  await buildSimulatorImages();
  return startTestAgent({ prefix: 'bench', ...options });
}

/** Applies a fleet of `count` stations and waits until the job has ended. @returns seconds it took */
export async function applyFleet(agent: TestAgent, count: number): Promise<number> {
  const started = performance.now();
  const { jobId } = await agent.client.call('fleet.apply', {
    settings: { count, image: BENCH_IMAGE, loopbackPortBase: 32_080 },
  });
  for await (const event of agent.client.stream('job.watch', { id: jobId })) {
    if (event.type === 'job' && event.job.state === 'failed')
      throw new Error(event.job.error?.message ?? 'the job failed');
  }
  return (performance.now() - started) / 1000;
}

/** What each station itself has, in the order of their numbers. */
export async function connectedCounts(agent: TestAgent): Promise<number[]> {
  const { stationList } = await agent.client.call('snapshot.get', {});
  return Promise.all(stationList.map(async ({ address }) => (await readTruth(address ?? '')).connected));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
