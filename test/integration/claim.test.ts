// The claim sheet shows private keys: to whom it may, and nowhere else.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, volumeDirectory } from '../harness/fleet.ts';
import { ADMINISTRATOR } from '../harness/panel.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'clm';
let agent: TestAgent;
let session = '';
const keys = new Map<number, string>();

beforeAll(async () => {
  agent = await startTestAgent({ prefix, balancer: { primaryPort: 29_445, secondaryPort: 29_568 } });
  await apply(agent, {
    settings: { count: 2, image: 'conduit-simulator:february', loopbackPortBase: 29_300 },
  });
  for (const station of [1, 2]) {
    const path = join(await volumeDirectory(prefix, station), 'conduit_key.json');
    await waitFor(`the key of station ${station}`, () =>
      readFile(path).then(
        () => true,
        () => false,
      ),
    );
    keys.set(
      station,
      (JSON.parse(await readFile(path, 'utf8')) as { privateKeyBase64: string }).privateKeyBase64,
    );
  }
  const { token } = await agent.client.call('setup.createLink', {});
  session = (await agent.client.call('setup.complete', { token, ...ADMINISTRATOR })).token;
});
afterAll(() => agent.dispose());

const keyIn = (link: string) => {
  const claim: unknown = JSON.parse(Buffer.from(link.split('claim=')[1] ?? '', 'base64url').toString());
  return (claim as { data: { key: string } }).data.key;
};

describe('the claim sheet', () => {
  it('is the key of each station', async () => {
    const { claims } = await agent.client.call('station.claim', {});
    expect(claims.map(({ station, name }) => [station, name])).toEqual([
      [1, 'clm-1'],
      [2, 'clm-2'],
    ]);
    for (const { station, link, proxyId } of claims) {
      expect(keyIn(link)).toBe(keys.get(station)?.replace(/=+$/, ''));
      expect((await agent.client.call('station.get', { station })).proxyId).toBe(proxyId);
    }
    const { claims: named } = await agent.client.call('station.claim', { stations: [2], name: 'attic' });
    expect(named).toMatchObject([{ station: 2, name: 'attic' }]);
  });

  it('says which stations have no key, and refuses one name for two', async () => {
    await expect(agent.client.call('station.claim', { stations: [1, 7, 8] })).rejects.toMatchObject({
      code: 'not_found',
      message: 'Stations 7–8 have no sound key to claim.',
    });
    await expect(agent.client.call('station.claim', { name: 'one' })).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'name' }],
    });
  });

  it('wants the password again in the panel, and locks out who guesses', async () => {
    const panel = agent.panelClient(session);
    await expect(agent.panelClient().call('station.claim', {})).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await expect(panel.call('station.claim', {})).rejects.toMatchObject({ code: 'invalid_input' });
    // A backup under a passphrase of one's own is another way to the keys.
    const passphrase = 'six grey geese over the mill';
    for (const call of [
      panel.call('vault.create', { passphrase }),
      panel.call('vault.schedule', { everyHours: 24, passphrase }),
    ])
      await expect(call).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'password' }] });
    expect((await panel.call('vault.get', {})).archives).toEqual([]);
    const { password } = ADMINISTRATOR;
    expect((await panel.call('station.claim', { password, stations: [1] })).claims).toHaveLength(1);
    for (let i = 0; i < 5; i++)
      await expect(panel.call('station.claim', { password: 'a wrong guess' })).rejects.toMatchObject({
        code: 'forbidden',
      });
    await expect(panel.call('station.claim', { password })).rejects.toMatchObject({ code: 'locked_out' });
  });

  it('is noted without a key, and leaves none in the log or the database', async () => {
    const { entries } = await agent.client.call('activity.list', {});
    const shown = entries.filter(({ action }) => action === 'station.claim');
    expect(shown.map(({ actor, summary }) => `${actor}: ${summary}`)).toEqual([
      `${ADMINISTRATOR.username}: Showed the claim sheet of station 1`,
      'root: Showed the claim sheet of station 2',
      'root: Showed the claim sheet of stations 1–2',
    ]);
    expect(entries.filter(({ outcome }) => outcome === 'refused')).toHaveLength(5);
    const files = (await readdir(agent.stateDir, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const written = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
    for (const key of keys.values()) {
      // A link's text begins with `{"data":{"key":"`, so that the key's own base64 is shifted: both are looked for.
      const traces = [
        key.slice(0, 40),
        Buffer.from(`{"data":{"key":"${key}`).toString('base64url').slice(20, 80),
      ];
      for (const trace of traces) {
        expect(agent.log()).not.toContain(trace);
        for (const bytes of written) expect(bytes.includes(trace)).toBe(false);
      }
    }
    expect(agent.log()).not.toContain(ADMINISTRATOR.password);
  });
});
