// Who may do what: the sockets and the sessions of a real agent.
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../lib/client/client.ts';
import { type OperationName, operations } from '../../lib/contract/operations.ts';
import type { Snapshot } from '../../lib/contract/snapshot.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { waitFor } from '../harness/wait-for.ts';

const ADMIN = { username: 'sara', password: 'correct horse battery' };
let agent: TestAgent;

beforeAll(async () => {
  // A group every Debian has, so that the panel's socket is opened to it as it is to `conduit` in an installation.
  agent = await startTestAgent({ prefix: 'acct', env: { CONDUIT_PANEL_GROUP: 'nogroup' } });
});
afterAll(() => agent.dispose());

/** The status of a raw request to one of the sockets. */
function post(
  socketPath: string,
  path: string,
  headers: Record<string, string>,
  body = '{}',
  method = 'POST',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath, path, method, headers: { host: 'agent', ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

describe('before anybody is signed in', () => {
  it('the panel may ask only what reveals nothing', async () => {
    for (const name of Object.keys(operations) as OperationName[]) {
      const status = await post(join(agent.runDir, 'agent.sock'), `/v1/${name}`, {});
      const expected = { open: [200, 400], root: [403], read: [401], write: [401] }[operations[name].access];
      // Open to who has its token, and nobody has.
      expect(name === 'metrics.scrape' ? [401] : expected, name).toContain(status);
    }
  });

  it('a set-up link makes one administrator, whose session then works', async () => {
    const panel = agent.panelClient();
    expect((await panel.call('setup.get', {})).needed).toBe(true);
    await expect(panel.call('setup.complete', { token: 'A'.repeat(43), ...ADMIN })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const { token } = await agent.client.call('setup.createLink', {});
    const session = await panel.call('setup.complete', { token, ...ADMIN });
    expect((await agent.panelClient(session.token).call('session.get', {})).username).toBe('sara');
    await expect(panel.call('setup.complete', { token, ...ADMIN })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('a session', () => {
  it("may read and write, but not what is root's", async () => {
    const { token } = await agent.panelClient().call('session.create', ADMIN);
    const panel = agent.panelClient(token);
    expect((await panel.call('fleet.get', {})).active).toBe(false);
    await expect(panel.call('admin.resetPassword', { password: 'another password' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(panel.call('fleet.takeDown', {})).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('ends with sign-out, and its open stream with it', async () => {
    const { token } = await agent.panelClient().call('session.create', ADMIN);
    const panel = agent.panelClient(token);
    const seen: Snapshot[] = [];
    const streaming = (async () => {
      for await (const snapshot of panel.stream('snapshot.watch', {})) seen.push(snapshot);
    })();
    const outcome = expect(streaming).rejects.toMatchObject({ code: 'unauthenticated' });
    await waitFor('a snapshot', () => seen.length > 0);
    await panel.call('session.end', {});
    await outcome;
    await expect(panel.call('snapshot.get', {})).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('the sockets', () => {
  it.each(['agent.sock', 'root.sock'])('%s refuses what a browser sends', async (name) => {
    const path = join(agent.runDir, name);
    expect(await post(path, '/v1/setup.get', { origin: 'http://evil.example' })).toBe(403);
    expect(await post(path, '/v1/setup.get', { referer: 'http://evil.example/' })).toBe(403);
    expect(await post(path, '/v1/setup.get', { host: 'evil.example' })).toBe(403);
    expect(await post(path, '/v1/setup.get', {}, '', 'GET')).toBe(404);
    expect(await post(path, '/v1/constructor', {})).toBe(404);
    expect(await post(path, '/v1/setup.get', {}, '{')).toBe(400);
    expect(await post(path, '/v1/setup.get', {}, JSON.stringify({ pad: 'x'.repeat(2_000_000) }))).toBe(400);
  });

  it('are open to those they are for', async () => {
    const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);
    expect(await modeOf(join(agent.runDir, 'agent.sock'))).toBe('660');
    expect(await modeOf(join(agent.runDir, 'root.sock'))).toBe('600');
    expect(await modeOf(join(agent.stateDir, 'conduit.db'))).toBe('600');
  });

  it('bad input names its field and its limits, and changes nothing', async () => {
    const before = await agent.client.call('fleet.get', {});
    await expect(
      agent.client.call('fleet.apply', { settings: { count: 0, maxClients: 5000 } }),
    ).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [
        { field: 'settings.count', message: expect.stringContaining('at least 1') },
        { field: 'settings.maxClients', message: expect.stringContaining('at most 1000') },
      ],
    });
    expect(await agent.client.call('fleet.get', {})).toEqual(before);
  });

  it('a missing agent is said in a sentence with the way out', async () => {
    const nobody = createClient({ socketPath: join(agent.runDir, 'nobody.sock') });
    await expect(nobody.call('setup.get', {})).rejects.toMatchObject({
      code: 'agent_unreachable',
      remedy: expect.stringContaining('./conduit up'),
    });
  });
});

it('nothing of it leaves a secret or an address in the log', () => {
  expect(agent.log()).not.toContain(ADMIN.password);
  expect(agent.log()).not.toMatch(/(?<![\d.])(?!127\.|0\.0\.0\.0)\d{1,3}(\.\d{1,3}){3}(?![\d.])/);
});
