/** The checks of a checkout as `conduit test` and CI run them: commands in order, and how many tests passed. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';

export interface Check {
  title: string;
  /** Program and arguments, run in the checkout. */
  command: readonly [string, ...string[]];
  env?: Record<string, string>;
  /** File that the command writes its counts to. */
  results?: { file: string; kind: 'vitest' | 'playwright' };
}

const LIST = 'artifacts';

/** @param node the Node that runs all of them */
export function checks(node: string): Check[] {
  const bin = (name: string) => `node_modules/.bin/${name}`;
  const vitest = (project: string): Check => {
    const file = `${LIST}/${project}.json`;
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    return {
      title: `${project} tests`,
      command: [node, bin('vitest'), 'run', '--project', project, ...reporters],
      results: { file, kind: 'vitest' },
    };
  };
  return [
    { title: 'simulator images', command: [node, 'simulator/build.ts'] },
    { title: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
    { title: 'types', command: ['npm', 'run', '--silent', 'typecheck'] },
    { title: 'dead code', command: ['npm', 'run', '--silent', 'deadcode'] },
    vitest('unit'),
    // The panel of the integration tests is the built one, too.
    { title: 'build', command: ['npm', 'run', '--silent', 'build'] },
    vitest('integration'),
    {
      title: 'browser tests',
      command: [node, bin('playwright'), 'test', '-c', 'e2e/playwright.config.ts', '--reporter=list,json'],
      env: {
        PLAYWRIGHT_JSON_OUTPUT_NAME: `${LIST}/e2e.json`,
        PLAYWRIGHT_JSON_OUTPUT_FILE: `${LIST}/e2e.json`,
      },
      results: { file: `${LIST}/e2e.json`, kind: 'playwright' },
    },
  ];
}

export interface Counts {
  passed: number;
  failed: number;
}

const vitestSchema = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });
const playwrightSchema = z.object({
  stats: z.object({ expected: z.number(), flaky: z.number(), unexpected: z.number() }),
});

/** Counts of a report's text. Pure. @throws ZodError for a text that is no such report */
export function parseCounts(text: string, kind: 'vitest' | 'playwright'): Counts {
  const value: unknown = JSON.parse(text);
  if (kind === 'vitest') {
    const { numPassedTests, numFailedTests } = vitestSchema.parse(value);
    return { passed: numPassedTests, failed: numFailedTests };
  }
  const { expected, flaky, unexpected } = playwrightSchema.parse(value).stats;
  return { passed: expected + flaky, failed: unexpected };
}

/** Null when the command ended before it wrote any. */
export async function readCounts(file: string, kind: 'vitest' | 'playwright'): Promise<Counts | null> {
  try {
    return parseCounts(await readFile(file, 'utf8'), kind);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
