/** Benchmarks: `npm run bench -- NAME`. Each prints words for people, then its figures as one JSON line, last. */
import { balancer } from './balancer.ts';
import { footprint } from './footprint.ts';
import { history } from './history.ts';
import { sample } from './sample.ts';
import { scale } from './scale.ts';
import { sessions } from './sessions.ts';
import { start } from './start.ts';
import { tracker } from './tracker.ts';
import { tuning } from './tuning.ts';

const benchmarks: Record<string, (words: readonly string[]) => Promise<Record<string, unknown>>> = {
  balancer,
  footprint,
  history,
  sample,
  scale,
  sessions,
  start,
  tracker,
  tuning,
};

const name = process.argv[2] ?? '';
const run = benchmarks[name];
if (run === undefined) {
  process.stderr.write(
    `bench: choose one of ${Object.keys(benchmarks).join(', ')}; got ${JSON.stringify(name)}.\n`,
  );
  process.exit(2);
}
const figures = await run(process.argv.slice(3)).catch((error: unknown) => {
  process.stderr.write(`bench ${name}: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
});
process.stdout.write(`${JSON.stringify({ bench: name, ...figures })}\n`);
