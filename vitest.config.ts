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
          globalSetup: 'test/harness/bundle.ts',
          // They mostly wait. Each has stations, ports, networks and an nginx of its own on the one Docker engine.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
