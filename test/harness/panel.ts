/**
 * Starts the built panel for a test, as its release runs it: a user without rights, who reaches the agent's socket
 * by its group and nothing else. Needs `npm run build:panel`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { PANEL_NODE, SMALL_MALLOC } from '../../lib/install/services.ts';
import type { TestAgent } from './agent.ts';
import { waitFor } from './wait-for.ts';

export const PANEL_USER = { user: 'nobody', group: 'nogroup' } as const;
export const ADMINISTRATOR = { username: 'admin', password: 'correct horse battery' } as const;
export const BROWSER = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

export interface TestPanel {
  url: string;
  pid(): number;
  /** What the panel wrote so far. */
  log(): string;
  /** A page of a signed-in administrator; the first call creates the administrator through the set-up link. */
  signedInPage(): Promise<Page>;
  close(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');

export async function openPanel(agent: TestAgent, { port }: { port: number }): Promise<TestPanel> {
  const base = await mkdtemp(join(tmpdir(), 'panel-'));
  await layOut(base);
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  const child: ChildProcess = spawn(
    'setpriv',
    [
      '--reuid',
      PANEL_USER.user,
      '--regid',
      PANEL_USER.group,
      '--clear-groups',
      join(base, 'node'),
      ...PANEL_NODE,
      'server.js',
    ],
    {
      cwd: join(base, 'panel'),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        ...SMALL_MALLOC,
        HOSTNAME: '127.0.0.1',
        PORT: String(port),
        CONDUIT_RUN_DIR: agent.runDir,
        CONDUIT_PANEL_SECRET_FILE: join(base, 'secret'),
      },
    },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  let browser: Browser | undefined;
  await waitFor('the panel to answer', async () => {
    if (child.exitCode !== null) throw new Error(`the panel ended with code ${child.exitCode}:\n${output}`);
    return fetch(`${url}/login`).then(
      () => true,
      () => false,
    );
  });
  return {
    url,
    pid: () => child.pid ?? 0,
    log: () => output,
    async signedInPage() {
      browser ??= await chromium.launch(BROWSER);
      await createAdministrator(agent);
      const page = await browser.newPage();
      await signIn(page, url);
      return page;
    },
    async close() {
      await browser?.close();
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await gone;
      }
      await rm(base, { recursive: true, force: true });
    },
  };
}

/** Through a set-up link, unless there is one already. */
export async function createAdministrator(agent: TestAgent): Promise<void> {
  const { needed } = await agent.client.call('setup.get', {});
  if (!needed) return;
  const { token } = await agent.client.call('setup.createLink', {});
  await agent.panelClient().call('setup.complete', { token, ...ADMINISTRATOR });
}

/** Signs the administrator in through the form. */
export async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/login`);
  await page.getByLabel('Name').fill(ADMINISTRATOR.username);
  await page.getByLabel('Password', { exact: true }).fill(ADMINISTRATOR.password);
  await page.getByRole('button', { name: /sign in/i }).click();
  await page.waitForURL((address) => !address.pathname.startsWith('/login'));
}

/** The release's layout in a folder the panel's user may read, wherever this checkout lies. */
async function layOut(base: string): Promise<void> {
  await chmod(base, 0o755);
  const panel = join(base, 'panel');
  await cp(join(root, '.next/standalone'), panel, { recursive: true, verbatimSymlinks: true });
  await cp(join(root, '.next/static'), join(panel, '.next/static'), { recursive: true });
  await cp(join(root, 'public'), join(panel, 'public'), { recursive: true });
  await cp(process.execPath, join(base, 'node'));
  await writeFile(join(base, 'secret'), randomBytes(32).toString('hex'), { mode: 0o644 });
}
