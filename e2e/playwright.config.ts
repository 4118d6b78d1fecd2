// The whole product in a real browser: real agent, real panel as its release runs it, real stations behind real nginx.
import { defineConfig } from '@playwright/test';
import { BROWSER } from '../test/harness/panel.ts';

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  globalSetup: '../test/harness/bundle.ts',
  // One server, one story: each file starts its own and tells it from the beginning.
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  forbidOnly: process.env.CI !== undefined,
  use: {
    launchOptions: BROWSER,
    locale: 'en-GB',
    timezoneId: 'Asia/Tehran',
    screenshot: 'only-on-failure',
    trace: 'off',
  },
});
