/** One full sample of 40 stations (cgroup files, metrics, snapshot) beside `docker stats --no-stream` in the same run. */
import { run } from '../lib/host/run.ts';
import { applyFleet, median, rounded, STATIONS, say, startBenchAgent } from './fleet.ts';

const SAMPLES = 20;
const PEER_RUNS = 3;

export async function sample(): Promise<Record<string, unknown>> {
  const agent = await startBenchAgent({ env: { CONDUIT_TICK_MS: '1000', CONDUIT_LOG_LEVEL: 'warn' } });
  try {
    say(`Starting ${STATIONS} stations`);
    await applyFleet(agent, STATIONS);
    const ours: number[] = [];
    const left = new AbortController();
    for await (const snapshot of agent.client.stream('snapshot.watch', {}, { signal: left.signal })) {
      if (snapshot.stations.running === STATIONS) ours.push(snapshot.sampleMs);
      if (ours.length === SAMPLES) break;
    }
    left.abort();
    const peer: number[] = [];
    const names = Array.from({ length: STATIONS }, (_, i) => `bench-${i + 1}`);
    for (let i = 0; i < PEER_RUNS; i++) {
      const { durationMs } = await run('docker', [
        'stats',
        '--no-stream',
        '--format',
        '{{.Name}} {{.CPUPerc}} {{.MemUsage}}',
        ...names,
      ]);
      peer.push(durationMs);
    }
    const figures = {
      ours: rounded(median(ours)),
      oursMax: rounded(Math.max(...ours)),
      peer: rounded(median(peer)),
    };
    say(
      `Ours: ${figures.ours} ms (median of ${SAMPLES}, at most ${figures.oursMax} ms). docker stats --no-stream: ${figures.peer} ms (median of ${PEER_RUNS}).`,
    );
    return { stations: STATIONS, ...figures, ratio: rounded(figures.peer / figures.ours, 1) };
  } finally {
    await agent.dispose();
  }
}
