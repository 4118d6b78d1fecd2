/** Benchmarks: `npm run bench -- NAME`. Each prints words for people, then its figures as one JSON line, last. */
import { footprint } from './footprint.ts';
import { sample } from './sample.ts';
import { start } from './start.ts';

const benchmarks: Record<string, () => Promise<Record<string, unknown>>> = { footprint, sample, start };

const name = process.argv[2] ?? '';
const run = benchmarks[name];
if (run === undefined) {
  process.stderr.write(
    `bench: choose one of ${Object.keys(benchmarks).join(', ')}; got ${JSON.stringify(name)}.\n`,
  );
  process.exit(2);
}
const figures = await run();
process.stdout.write(`${JSON.stringify({ bench: name, ...figures })}\n`);
