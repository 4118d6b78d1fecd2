/** The server a story is told on: an agent and a panel of its own, removed afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, test as base, expect, type Page } from '@playwright/test';
import { buildSimulatorImages } from '../simulator/build.ts';
import { startTestAgent, type TestAgent } from '../test/harness/agent.ts';
import { copyKernel, type KernelCopy } from '../test/harness/kernel-copy.ts';
import { createOutside } from '../test/harness/outside.ts';
import { openPanel, PANEL_USER, type TestPanel } from '../test/harness/panel.ts';

export interface Server {
  agent: TestAgent;
  /** What the agent takes for the kernel. */
  kernel: KernelCopy;
  panel: TestPanel;
}

export const BALANCER = { primaryPort: 24_443, secondaryPort: 24_566 } as const;
const PANEL_PORT = 3391;

/** Serial stories share one server and one browser page. */
export const test = base.extend<object, { server: Server; story: Page }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
    async ({}, use) => {
      await buildSimulatorImages();
      const root = await mkdtemp(join(tmpdir(), 'etoe-kernel-'));
      const kernel = await copyKernel(root);
      const outside = await createOutside('etoeout', '10.231.48');
      const agent = await startTestAgent({
        prefix: 'etoe',
        balancer: BALANCER,
        env: {
          CONDUIT_PANEL_GROUP: PANEL_USER.group,
          CONDUIT_PROBE_ADDRESSES: outside.addresses,
          ...kernel.env,
        },
      });
      const panel = await openPanel(agent, { port: PANEL_PORT });
      await use({ agent, panel, kernel });
      await panel.close();
      await agent.dispose();
      await outside.remove();
      await rm(root, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  story: [async ({ browser, server }, use) => tellStory(browser, server.panel.url, use), { scope: 'worker' }],
});

/** One page for a whole story; at its end the browser may not have complained of anything. */
export async function tellStory(
  browser: Browser,
  baseURL: string,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await use(page);
  // A refused sign-in and an agent that is away are answers, and the browser reports them as errors. So it does when
  // the network cards of containers come and go under a request.
  expect(
    complaints.filter((text) => !/status of (401|404|429|503)|ERR_NETWORK_CHANGED/.test(text)),
    'what the browser complained of',
  ).toEqual([]);
  await context.close();
}

export { expect };
