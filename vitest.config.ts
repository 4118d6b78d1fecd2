import { defineConfig } from 'vitest/config';

const shared = { environment: 'node', setupFiles: ['test/harness/fail-on-console.ts'] };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: [
            '{agent,app,cli,lib,db,components,simulator,bench}/**/*.test.ts',
            'test/architecture/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // One Docker engine and one nginx: files run after each other, on the real thing.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
