// From an older manager's server to this one and back, in the browser.
import { join } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import type { MigrationState } from '../lib/contract/migration.ts';
import { buildSimulatorImages } from '../simulator/build.ts';
import { startTestAgent, type TestAgent } from '../test/harness/agent.ts';
import { apply, docker, finished, runningOnEngine } from '../test/harness/fleet.ts';
import { copyKernel } from '../test/harness/kernel-copy.ts';
import { createAdministrator, openPanel, PANEL_USER, signIn } from '../test/harness/panel.ts';
import { createV1Host, type V1Host } from '../test/harness/v1-host.ts';
import { waitFor } from '../test/harness/wait-for.ts';
import { lookAt } from './look.ts';
import { expect, tellStory } from './server.ts';

const PREFIX = 'etom';
/** Stations move one after another. */
const MIGRATION_MS = 120_000;

interface Server {
  agent: TestAgent;
  host: V1Host;
  url: string;
}

const test = base.extend<object, { server: Server; story: Page }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
    async ({}, use) => {
      await buildSimulatorImages();
      const host = await createV1Host({ base: PREFIX, stations: 2, orphans: [5] });
      const kernel = await copyKernel(host.root);
      const agent = await startTestAgent({
        prefix: PREFIX,
        balancer: {
          primaryPort: 24_743,
          secondaryPort: 24_744,
          configPath: join(host.root, 'etc/nginx/nginx.conf'),
        },
        keepEngine: true,
        env: {
          ...kernel.env,
          CONDUIT_PANEL_GROUP: PANEL_USER.group,
          CONDUIT_HOST_ROOT: host.root,
          CONDUIT_V1_NAME: PREFIX,
        },
      });
      // No registry can be reached here: the settings have to name an image of this machine.
      await apply(agent, { settings: { count: 1, image: 'conduit-simulator:february' } });
      await finished(agent, await agent.client.call('fleet.takeDown', {}));
      await docker.removeVolume(`${PREFIX}-data-1`);
      const panel = await openPanel(agent, { port: 3392 });
      await createAdministrator(agent);
      await use({ agent, host, url: panel.url });
      await panel.close();
      await agent.kill('SIGKILL');
      // Containers that were put aside hold the volumes.
      await host.dispose();
      await agent.dispose();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  story: [async ({ browser, server }, use) => tellStory(browser, server.url, use), { scope: 'worker' }],
});

async function untilIs({ agent }: Server, state: MigrationState['state']): Promise<void> {
  await waitFor(
    `the migration to be ${state}`,
    async () => (await agent.client.call('migration.get', {})).migration?.state === state,
    { timeoutMs: MIGRATION_MS },
  );
}

test.describe.configure({ mode: 'serial', timeout: 300_000 });

test('what was found is shown, and nothing is changed by looking', async ({ server, story: page }) => {
  await signIn(page, server.url);
  await page.goto('/migration');
  await expect(page.getByRole('heading', { name: 'What would happen' })).toBeVisible();
  await expect(page.getByText('conduit-manager 1.x').first()).toBeVisible();
  await expect(page.getByText(`${PREFIX}-data-5`).first()).toBeVisible();
  await lookAt(page, 'migration-found');
  await page.getByLabel('Stations afterwards').fill('0');
  await page.getByRole('button', { name: 'Take them over' }).click();
  await expect(page.getByLabel('Stations afterwards')).toHaveAttribute('aria-invalid', 'true');
});

test('the stations move, each with its own key', async ({ server, story: page }) => {
  const before = await server.host.proxyIds();
  await page.getByLabel('Stations afterwards').fill('4');
  await page.getByRole('button', { name: 'Take them over' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('2 stations move one after another');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take them over' }).click();
  await waitFor('four stations', async () => (await runningOnEngine(server.agent)).join() === '1,2,3,4', {
    timeoutMs: MIGRATION_MS,
  });
  await untilIs(server, 'migrated');
  await page.goto('/migration');
  const moved = page.getByRole('list', { name: 'Stations that were taken over' });
  await expect(moved).toContainText(`${PREFIX} is station 1`);
  for (const volume of [`${PREFIX}-data`, `${PREFIX}-data-2`])
    await expect(moved).toContainText(before[volume] ?? 'no Proxy ID');
  await lookAt(page, 'migration-done');
});

test('and go back to what they were', async ({ server, story: page }) => {
  await page.getByRole('button', { name: 'Roll back' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('This fleet and its balancer stop');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Roll back' }).click();
  await untilIs(server, 'rolled-back');
  await page.goto('/migration');
  await expect(page.getByText('What would happen')).toBeVisible();
  expect(Object.keys(await server.host.containers()).sort()).toEqual([PREFIX, `${PREFIX}-2`]);
  await lookAt(page, 'migration-back');
});
