// The main job, told in order: first run, sign in, a fleet, its changes, what goes wrong, sign out.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendControl } from '../simulator/control.ts';
import { runningOnEngine, stationsOnEngine, volumeDirectory } from '../test/harness/fleet.ts';
import { ADMINISTRATOR } from '../test/harness/panel.ts';
import { release } from '../test/harness/release.ts';
import { openTcp, say } from '../test/harness/sockets.ts';
import { waitFor } from '../test/harness/wait-for.ts';
import { lookAt } from './look.ts';
import { BALANCER, expect, type Server, test } from './server.ts';

test.describe.configure({ mode: 'serial' });

const IMAGE = 'conduit-simulator:february';

test('first run: the set-up link makes the administrator', async ({ server, story: page }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/login/);
  await expect(page.getByText('There is no administrator yet')).toBeVisible();
  await lookAt(page, 'login');
  const { token } = await server.agent.client.call('setup.createLink', {});
  await page.goto(`/setup#${token}`);
  await page.getByLabel('Name').fill(ADMINISTRATOR.username);
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByLabel('The same password again').fill('short');
  await page.getByRole('button', { name: /create/i }).click();
  await expect(page.getByText(/at least 12 characters/).first()).toBeVisible();
  await lookAt(page, 'setup');
  await page.getByLabel('Password', { exact: true }).fill(ADMINISTRATOR.password);
  await page.getByLabel('The same password again').fill(ADMINISTRATOR.password);
  await page.getByRole('button', { name: /create/i }).click();
  await expect(page.getByText('No stations yet')).toBeVisible();
  await lookAt(page, 'overview-empty');
});

test('the settings start three stations', async ({ server, story: page }) => {
  await page.getByRole('link', { name: 'Choose how many to run' }).click();
  await page.getByLabel('Stations', { exact: true }).fill('3');
  await page.getByLabel('Image').fill(IMAGE);
  // Beside a fleet that may run on this machine.
  await page.getByLabel('First port for diagnosis').fill('24080');
  await page.getByRole('button', { name: /review/i }).click();
  await expect(page.getByRole('dialog')).toContainText('3 created');
  await page.getByRole('button', { name: /^apply/i }).click();
  await waitFor('three stations', async () => (await runningOnEngine(server.agent)).join() === '1,2,3');
  await page.goto('/');
  await expect(page.getByText('3 of 3')).toBeVisible();
  // Stations count as running before the balancer leads to them: the change ends with that.
  await waitFor('the balancer to lead to three stations', async () => {
    const { backends, ports } = (await server.agent.client.call('snapshot.get', {})).balancer;
    return backends === 3 && ports.every(({ listening }) => listening);
  });
});

test('the total follows a client that comes through the balancer', async ({ story: page }) => {
  const users = page.getByTestId('users-connected');
  await expect(users).toHaveText('0');
  const sockets = await Promise.all(Array.from({ length: 7 }, () => openTcp(BALANCER.primaryPort)));
  const [first] = sockets;
  if (first) expect(await say(first, 'hello')).toBe('hello');
  await expect(users).toHaveText('7');
  for (const socket of sockets) socket.destroy();
  await expect(users).toHaveText('0');
});

test('the count goes from three to five', async ({ server, story: page }) => {
  await page.goto('/settings');
  await page.getByLabel('Stations', { exact: true }).fill('5');
  await page.getByRole('button', { name: /review/i }).click();
  await expect(page.getByRole('dialog')).toContainText('2 created');
  await expect(page.getByRole('dialog')).toContainText('3 unchanged');
  await lookAt(page, 'settings-plan');
  await page.getByRole('button', { name: /^apply/i }).click();
  await waitFor('five stations', async () => (await runningOnEngine(server.agent)).length === 5);
  await page.goto('/');
  await expect(page.getByText('5 of 5')).toBeVisible();
  await lookAt(page, 'overview');
});

test('a limit changes, and every station has it', async ({ server, story: page }) => {
  await page.goto('/settings');
  await expect(page.getByLabel('First port', { exact: true })).toBeVisible();
  await page.getByLabel('Users per station').fill('1000');
  await expect(page.getByText('More than this server can use')).toBeVisible();
  await lookAt(page, 'settings');
  const { stations, clientsPerStation } = await server.agent.client.call('capacity.get', {});
  await page.getByRole('button', { name: `Use ${stations} × ${clientsPerStation}` }).click();
  await expect(page.getByText('What this server carries')).toBeVisible();
  await expect(page.getByLabel('Users per station')).toHaveValue(String(clientsPerStation));
  await page.getByRole('button', { name: 'Discard' }).click();
  await page
    .getByLabel(/users per station|most users|clients per station/i)
    .first()
    .fill('500');
  await page.getByRole('button', { name: /review/i }).click();
  await expect(page.getByRole('dialog')).toContainText('5 recreated');
  await page.getByRole('button', { name: /^apply/i }).click();
  await waitFor('the limit', async () => {
    const { stationList } = await server.agent.client.call('snapshot.get', {});
    return (
      stationList.length === 5 &&
      stationList.every((station) => station.maxClients === 500 && station.state === 'running')
    );
  });
});

test('stations: searched, one stopped and started, its log read', async ({ server, story: page }) => {
  await page.goto('/stations');
  await expect(page.getByRole('link', { name: 'etoe-5' }).first()).toBeVisible();
  await lookAt(page, 'stations');
  await page.getByLabel('Find a station').fill('etoe-2');
  await expect(page.getByRole('link', { name: 'etoe-5' })).toHaveCount(0);
  await page
    .getByRole('row', { name: /etoe-2/ })
    .getByRole('link')
    .click();
  await expect(page.getByRole('log')).toContainText('Announcing to Psiphon broker');
  await expect(page.getByText('Sound')).toBeVisible();
  await lookAt(page, 'station');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stop', exact: true }).click();
  await waitFor('four stations', async () => (await runningOnEngine(server.agent)).join() === '1,3,4,5');
  await expect(page.getByText('Stopped').first()).toBeVisible();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await waitFor('five stations', async () => (await runningOnEngine(server.agent)).length === 5);
});

test('the claim sheet: behind the password, not cached, gone after a minute', async ({
  server,
  story: page,
}) => {
  const reader = await page.context().newPage();
  // Its clock can be put forward, so that the minute need not be waited for.
  await reader.addInitScript(() => {
    const now = Date.now;
    const world = window as unknown as { aheadMs?: number };
    Date.now = () => now() + (world.aheadMs ?? 0);
  });
  const answers: { url: string; cache: string }[] = [];
  reader.on('response', (response) => {
    if (response.request().method() === 'POST' && response.url().endsWith('/stations/claim'))
      answers.push({ url: response.url(), cache: response.headers()['cache-control'] ?? '' });
  });
  await reader.goto('/stations');
  await reader.getByRole('link', { name: 'Claim in Ryve' }).click();
  await expect(reader.getByText('A claim is the station’s private key')).toBeVisible();
  await lookAt(reader, 'claim-form');
  const password = reader.getByLabel('Your password, once more', { exact: true });
  await password.fill('a wrong password');
  await reader.getByRole('button', { name: 'Show all claims' }).click();
  await expect(reader.getByText('The password is wrong.')).toBeVisible();
  await password.fill(ADMINISTRATOR.password);
  await reader.getByRole('button', { name: 'Show all claims' }).click();
  const codes = reader.getByRole('img', { name: /QR code that claims etoe-/ });
  const { settings } = await server.agent.client.call('fleet.get', {});
  await expect(codes).toHaveCount(settings.count);
  await reader.getByRole('checkbox', { name: 'Claimed' }).first().click();
  await lookAt(reader, 'claim-sheet');
  await reader.evaluate(() => Object.assign(window, { aheadMs: 61_000 }));
  await expect(codes).toHaveCount(0);
  await expect(password).toHaveValue('');
  await expect(reader.getByText('Leave out 1 station ticked as claimed')).toBeVisible();
  // Another page and back: the browser shows nothing of it again.
  await password.fill(ADMINISTRATOR.password);
  await reader.getByRole('button', { name: `Show ${settings.count - 1} claims` }).click();
  await expect(codes).toHaveCount(settings.count - 1);
  await reader.goto('/activity');
  await reader.goBack();
  await expect(password).toBeVisible();
  await expect(codes).toHaveCount(0);
  expect(answers).toHaveLength(3);
  for (const { url, cache } of answers) {
    expect(cache).toContain('no-store');
    expect(url).not.toContain('claim=');
  }
  const { claims } = await server.agent.client.call('station.claim', { stations: [1] });
  const secret = claims[0]?.link.split('claim=')[1]?.slice(40, 100) ?? 'none';
  for (const log of [server.agent.log(), server.panel.log()]) expect(log).not.toContain(secret);
  const stored = await reader.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]),
  );
  expect(stored).not.toContain(secret);
  await reader.close();
});

test('an update: looked for, shown, tried on one station and rolled out', async ({ server, story: page }) => {
  // The first station is watched for half a minute.
  test.setTimeout(300_000);
  const next = `${server.agent.prefix}-station:next`;
  const id = await release(next, IMAGE);
  await page.goto('/stations');
  await page.getByRole('button', { name: 'Update' }).click();
  const dialog = page.getByRole('dialog', { name: 'Update the stations' });
  await expect(dialog).toContainText('The stations run what this name leads to');
  await dialog.getByLabel('Image').fill(next);
  await dialog.getByRole('button', { name: 'Look for a newer one' }).click();
  await expect(dialog).toContainText(/tries it first/);
  await expect(dialog).toContainText(id.slice(7, 19));
  await lookAt(page, 'update');
  await dialog.getByRole('button', { name: 'Update the stations' }).click();
  await expect(page.getByRole('dialog')).toContainText('See whether etoe-');
  await lookAt(page, 'update-job');
  await page.keyboard.press('Escape');
  await waitFor(
    'every station on the new image',
    async () => [...(await stationsOnEngine(server.agent)).values()].every(({ imageId }) => imageId === id),
    { timeoutMs: 180_000 },
  );
  await waitFor(
    'the job to end',
    async () => (await server.agent.client.call('snapshot.get', {})).activeJobId === null,
    { timeoutMs: 60_000 },
  );
  await page.getByRole('button', { name: 'Update' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Look for a newer one' }).click();
  await expect(page.getByRole('dialog')).toContainText('Nothing to do: the stations run');
  await page.keyboard.press('Escape');
});

test('the balancer: its stations, a test of its configuration, an earlier one read', async ({
  story: page,
}) => {
  await page.goto('/balancer');
  await expect(page.getByRole('list', { name: 'Ports the balancer listens on' })).toContainText(
    String(BALANCER.primaryPort),
  );
  const stations = page.getByRole('table', { name: 'Stations behind the balancer' });
  await expect(stations.getByRole('row', { name: /etoe-5/ })).toContainText('In rotation');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByText('nginx takes the wanted configuration')).toBeVisible();
  await page
    .getByRole('button', { name: /^View backup/ })
    .first()
    .click();
  await expect(page.getByRole('dialog')).toContainText('worker_processes');
  await page.keyboard.press('Escape');
  await page.getByRole('radio', { name: 'Wanted' }).click();
  await expect(page.getByRole('region', { name: 'The wanted configuration' })).toContainText('least_conn');
  await lookAt(page, 'balancer');
});

test('system: what is wrong with the server, and its kernel tuned and put back', async ({
  server,
  story: page,
}) => {
  const { kernel } = server;
  await kernel.set('net.core.somaxconn', '4096');
  await kernel.set('net.netfilter.nf_conntrack_max', '1000');
  await kernel.set('net.netfilter.nf_conntrack_count', '990');
  await page.goto('/system');
  const wrong = page.getByRole('region', { name: 'What is wrong' });
  await expect(wrong).toContainText('990 of 1000 entries in use (99 %)');
  const table = page.getByRole('table', { name: 'Kernel parameters, before and after' });
  const row = table.getByRole('row', { name: /net\.core\.somaxconn/ });
  await expect(row).toContainText('to change');
  await lookAt(page, 'system');
  await wrong.getByRole('button', { name: 'Tune the kernel' }).click();
  await expect(row).toContainText(/4096\s*65535\s*65535\s*right/);
  await expect(wrong).toHaveCount(0);
  expect(await kernel.get('net.core.somaxconn')).toBe('65535');
  await lookAt(page, 'system-tuned');
  await page.getByRole('button', { name: 'Revert' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revert' }).click();
  await expect(row).toContainText('to change');
  expect(await kernel.get('net.core.somaxconn')).toBe('4096');
  expect(await kernel.get('net.netfilter.nf_conntrack_max')).toBe('1000');
});

test('countries: on the map, in the table, over time, and from the tracker', async ({
  server,
  story: page,
}) => {
  const { stationList } = await server.agent.client.call('snapshot.get', {});
  const [first] = stationList;
  await sendControl(first?.address ?? '', ['clients IR 30', 'clients RU 10', 'bytes IR 1000000 2000000']);
  await page.goto('/countries');
  const table = page.getByRole('table', { name: 'Countries' });
  await expect(table.getByRole('row', { name: /Iran/ })).toContainText('30');
  await expect(page.getByText('40 users, 2 countries')).toBeVisible();
  await lookAt(page, 'countries');
  // The map is one stop of the tab key; arrows go by the figures.
  const map = page.getByRole('group', { name: /World map/ });
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('Iran: 30')).toBeAttached();
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: 'Iran' });
  await expect(sheet.getByRole('figure', { name: /Users connected/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox', { name: 'Find a country' }).fill('russia');
  await expect(table.getByRole('row')).toHaveCount(2);
  await page.getByRole('radio', { name: '24 h' }).click();
  await expect(page).toHaveURL(/range=24h/);
  await page.reload();
  await expect(page.getByText(/in the last 24 hours/)).toBeVisible();
  await page.getByRole('button', { name: /^Tracker/ }).click();
  await expect(page.getByText(/active addresses/)).toBeVisible();
});

test('history: drawn by country, looked at closer, and downloaded', async ({ story: page }) => {
  await page.goto('/history?range=1h&by=country');
  const chart = page.getByRole('figure', { name: /Users by country/ });
  await expect(chart).toBeVisible();
  await expect(page.getByText('Iran', { exact: true })).toBeVisible({ timeout: 30_000 });
  await lookAt(page, 'history');
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await expect(page).toHaveURL(/from=\d+/);
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page).toHaveURL(/range=1h/);
  await page.getByRole('button', { name: 'Choose' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose a range' });
  await dialog.getByLabel('From').fill('2026-06-02T10:00');
  await dialog.getByLabel('To').fill('2026-06-01T10:00');
  await dialog.getByRole('button', { name: 'Show' }).click();
  await expect(dialog.getByText('To must be after the beginning.')).toBeVisible();
  await page.keyboard.press('Escape');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV' }).click();
  const file = await (await download).path();
  const [head = '', row = ''] = readFileSync(file, 'utf8').split('\r\n');
  expect(head).toContain('time_utc,bucket_seconds,country,name');
  expect(row).toMatch(/^\d{4}-\d{2}-\d{2}T/);
});

test('figures go to a scraper with the token, and to nobody else', async ({ server, story: page }) => {
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const snippet = await page.getByText('job_name: conduit').textContent();
  const token = /credentials: (\S+)/.exec(snippet ?? '')?.[1] ?? '';
  const scrape = (headers: Record<string, string>) => fetch(`${server.panel.url}/metrics`, { headers });
  const answer = await scrape({ authorization: `Bearer ${token}` });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('conduit_cluster_country_users{source="stations",country="IR"} 30');
  expect((await scrape({})).status).toBe(401);
  expect((await scrape({ authorization: `Bearer ${'x'.repeat(43)}` })).status).toBe(401);
});

test('an image that cannot be had fails with the way out, and the fleet stays', async ({
  server,
  story: page,
}) => {
  await page.goto('/settings');
  await page.getByLabel('Image').fill('registry.invalid/nobody/station:1');
  await page.getByRole('button', { name: /review/i }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^apply/i })
    .click();
  await expect(page.getByText(/could not be pulled/).first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/--simulator/).first()).toBeVisible();
  await lookAt(page, 'job-failed');
  expect((await runningOnEngine(server.agent)).length).toBe(5);
  await server.agent.client.call('fleet.apply', { settings: { image: IMAGE } });
});

test('keys: backed up, taken out, opened again and one brought back', async ({ server, story: page }) => {
  const passphrase = 'seven quiet lamps over the harbour';
  await page.goto('/vault');
  const table = page.getByRole('table', { name: 'Identities' });
  await expect(table.getByRole('row')).toHaveCount(6);
  await expect(page.getByText('These keys exist on this server only')).toBeVisible();
  await lookAt(page, 'keys-before');
  await page.getByRole('button', { name: 'Back up now' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await dialog.getByLabel('The same once more').fill('something else');
  await dialog.getByRole('button', { name: 'Make the archive' }).click();
  await expect(dialog.getByText('Is not the same as the first')).toBeVisible();
  await dialog.getByLabel('The same once more').fill(passphrase);
  await dialog.getByLabel('Your own password').fill('not this one at all');
  await dialog.getByRole('button', { name: 'Make the archive' }).click();
  await expect(dialog.getByText('The password is wrong.').first()).toBeVisible();
  await dialog.getByLabel('Your own password').fill(ADMINISTRATOR.password);
  await lookAt(page, 'keys-backup');
  await dialog.getByRole('button', { name: 'Make the archive' }).click();
  const fetched = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Download' }).click();
  const file = await (await fetched).path();
  expect(readFileSync(file, 'latin1').startsWith('age-encryption.org/v1')).toBe(true);
  await dialog.getByRole('button', { name: 'Close', exact: true }).first().click();
  // Back from the operator's own computer, with a key that is damaged meanwhile.
  const key = join(await volumeDirectory('etoe', 2), 'conduit_key.json');
  writeFileSync(key, '');
  await page.getByRole('button', { name: 'Restore', exact: true }).first().click();
  await dialog.getByRole('combobox').click();
  await page.getByRole('option', { name: /A file of mine/ }).click();
  await dialog.getByLabel('File').setInputFiles(file);
  await dialog.getByLabel('Passphrase', { exact: true }).fill('not the passphrase');
  await dialog.getByRole('button', { name: 'Open it' }).click();
  await expect(dialog.getByRole('alert')).toContainText('does not open');
  await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await dialog.getByRole('button', { name: 'Open it' }).click();
  await expect(dialog.getByText('its key is damaged')).toBeVisible();
  await lookAt(page, 'keys-restore');
  await dialog.getByRole('button', { name: 'Restore 1 key' }).click();
  await expect(dialog.getByText('Everything is as you asked.')).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press('Escape');
  await waitFor('five stations', async () => (await runningOnEngine(server.agent)).length === 5);
  await expect(page.getByText('5 keys, all as they were')).toBeVisible({ timeout: 30_000 });
  await lookAt(page, 'keys');
  expect(server.agent.log() + server.panel.log()).not.toContain(passphrase);
});

test('activity tells who did what', async ({ story: page }) => {
  await page.goto('/activity');
  await expect(page.getByText(ADMINISTRATOR.username).first()).toBeVisible();
  await expect(page.getByText('Failed').first()).toBeVisible();
  await lookAt(page, 'activity');
});

test('an agent that is away is said, and comes back by itself', async ({ server, story: page }) => {
  await page.goto('/');
  await expect(page.getByText('5 of 5')).toBeVisible();
  await server.agent.kill('SIGKILL');
  await expect(page.getByText(/agent does not answer|agent is away|reconnecting/i).first()).toBeVisible({
    timeout: 30_000,
  });
  await lookAt(page, 'agent-away');
  await server.agent.restart();
  await expect(page.getByText('Live', { exact: true }).first()).toBeVisible({ timeout: 40_000 });
});

test('the panel has no rights of its own', async ({ server }) => {
  const asPanel = (program: string, ...args: string[]) =>
    spawnSync('setpriv', ['--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', program, ...args])
      .status;
  expect(asPanel('test', '-r', join(server.agent.stateDir, 'conduit.db'))).not.toBe(0);
  expect(asPanel('test', '-w', '/var/run/docker.sock')).not.toBe(0);
  expect(asPanel('test', '-w', join(server.agent.runDir, 'root.sock'))).not.toBe(0);
  expect(asPanel('test', '-w', join(server.agent.runDir, 'agent.sock'))).toBe(0);
});

test('pages of other sites get nothing', async ({ server, story: page }) => {
  const rebound = await page.request.get(server.panel.url, {
    headers: { host: 'evil.example' },
    maxRedirects: 0,
  });
  expect([403, 421]).toContain(rebound.status());
  const posted = await page.request.post(`${server.panel.url}/api/call/fleet.get`, {
    headers: { origin: 'http://evil.example' },
    data: {},
  });
  expect(posted.status()).toBe(403);
});

test('signing out ends the session on the agent as well', async ({ server, story: page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: /account/i }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByText('You are signed out')).toBeVisible();
  await page.goto('/stations');
  await expect(page).toHaveURL(/\/login/);
  const { entries } = await server.agent.client.call('activity.list', { limit: 5 });
  expect(entries.some(({ action }) => action === 'session.end')).toBe(true);
  await page.getByLabel('Name').fill(ADMINISTRATOR.username);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: /sign in/i }).click();
  await expect(page.getByText('Name or password is wrong')).toBeVisible();
});

test('the panel stops at once, although a page is open on it', async ({ server, story: page }) => {
  await page.getByLabel('Password', { exact: true }).fill(ADMINISTRATOR.password);
  await page.getByRole('button', { name: /sign in/i }).click();
  await expect(page.getByText('Live', { exact: true }).first()).toBeVisible();
  // A page of its own: what the browser says of a panel that is gone is no complaint about ours.
  await page.goto('about:blank');
  const visitor = await page.context().newPage();
  await visitor.goto('/');
  await expect(visitor.getByText('Live', { exact: true }).first()).toBeVisible();
  const asked = Date.now();
  process.kill(server.panel.pid(), 'SIGTERM');
  await expect(visitor.getByText('Not connected').first()).toBeVisible({ timeout: 30_000 });
  await server.panel.close();
  // Supervisors kill after ten seconds.
  expect(Date.now() - asked).toBeLessThan(10_000);
  await visitor.close();
});

test.afterAll(({ server }: { server: Server }) => {
  for (const log of [server.agent.log(), server.panel.log()]) {
    expect(log).not.toContain(ADMINISTRATOR.password);
  }
});
