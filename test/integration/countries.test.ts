// Countries and history on real stations: what is shown and what is kept is what the stations themselves count.
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../lib/host/run.ts';
import { readTruth, sendControl, type Truth } from '../../simulator/control.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, finished } from '../harness/fleet.ts';
import { waitFor } from '../harness/wait-for.ts';

const prefix = 'ctry';
const image = 'conduit-simulator:february';
const STATIONS = [1, 2, 3];
let agent: TestAgent;
let begunAt = 0;

beforeAll(async () => {
  agent = await startTestAgent({
    prefix,
    balancer: { primaryPort: 29_143, secondaryPort: 29_166, drainSeconds: 1 },
  });
  begunAt = Date.now();
  await apply(agent, { settings: { image, count: STATIONS.length, loopbackPorts: false } });
});
afterAll(async () => {
  await agent.dispose();
});

const snapshot = () => agent.client.call('snapshot.get', {});
/** Fixed for each station, so that it can be asked while the agent is away. */
const addresses = new Map<number, string>();
async function addressOf(index: number): Promise<string> {
  const known = addresses.get(index);
  if (known !== undefined) return known;
  const address = (await snapshot()).stationList.find((one) => one.index === index)?.address;
  if (address == null) throw new Error(`station ${index} has no address`);
  addresses.set(index, address);
  return address;
}
const script = async (index: number, ...lines: string[]) => sendControl(await addressOf(index), lines);
const truthOf = async (index: number) => readTruth(await addressOf(index));
const range = () => ({ from: begunAt, to: Date.now() + 1000 });
const sum = (column: readonly (number | null)[]) =>
  column.reduce<number>((total, value) => total + (value ?? 0), 0);

describe('countries as the stations report them', () => {
  it('are those of the moment, and labelled', async () => {
    await script(1, 'clients IR 20', 'clients RU 5');
    await script(2, 'clients IR 10', 'bytes IR 1000 2000');
    await waitFor('thirty users from Iran', async () => {
      const { rows } = await agent.client.call('countries.get', {});
      return rows.find(({ code }) => code === 'IR')?.connected === 30;
    });
    const report = await agent.client.call('countries.get', {});
    expect(report.source).toBe('stations');
    const available = new Map(report.sources.map((one) => [one.source, one.available]));
    expect([...available.keys()]).toEqual(['stations', 'tracker', 'legacy']);
    expect([available.get('stations'), available.get('legacy')]).toEqual([true, false]);
    expect(
      report.rows.slice(0, 2).map(({ code, connected, personal }) => [code, connected, personal?.connected]),
    ).toEqual([
      ['IR', 30, 0],
      ['RU', 5, 0],
    ]);
    expect(report.total.connected).toBe(35);
  });

  it('are kept, and answer for a range, a chart and an export alike', async () => {
    await waitFor('the bytes to be in the record', async () => {
      const report = await agent.client.call('countries.get', { source: 'stations', ...range() });
      return report.rows.find(({ code }) => code === 'IR')?.uploadedBytes === 1000;
    });
    const lines = await agent.client.call('history.lines', {
      by: 'country',
      measure: 'traffic',
      ...range(),
      top: 1,
    });
    expect(lines.lines.map(({ key, total }) => [key, total])).toEqual([
      ['IR', 3000],
      ['other', 0],
    ]);
    const series = await agent.client.call('history.query', {
      country: 'IR',
      source: 'stations',
      ...range(),
    });
    expect(sum(series.downloadedBytes)).toBe(2000);
    const rows = [];
    for await (const row of agent.client.stream('history.export', { by: 'country', ...range() }))
      rows.push(row);
    expect(rows.filter(({ key }) => key === 'IR').reduce((total, row) => total + row.uploadedBytes, 0)).toBe(
      1000,
    );
    expect(new Set(rows.map(({ key }) => key))).toEqual(new Set(['IR', 'RU']));
  });

  it('are told to a scraper with the token, and to nobody else', async () => {
    const { token } = await agent.client.call('metrics.createToken', {});
    const { text } = await agent.panelClient().call('metrics.scrape', { token });
    expect(text).toContain('conduit_cluster_country_users{source="stations",country="IR"} 30');
    expect(text).toContain('conduit_cluster_stations_wanted 3');
    for (const wrong of [undefined, 'A'.repeat(43)])
      await expect(agent.panelClient().call('metrics.scrape', { token: wrong })).rejects.toMatchObject({
        code: 'unauthenticated',
      });
    await agent.client.call('metrics.removeToken', {});
    await expect(agent.panelClient().call('metrics.scrape', { token })).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });

  it('refuse a range that is none, naming the field', async () => {
    const asked = agent.client.call('countries.get', { source: 'stations', from: 10 });
    await expect(asked).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'from' }] });
  });
});

/** What each station counted in all its processes, by country. */
class Ledger {
  readonly #regions = new Map<string, { up: number; down: number }>();
  add({ regions }: Truth): void {
    for (const [code, { uploadedBytes, downloadedBytes }] of Object.entries(regions)) {
      const known = this.#regions.get(code) ?? { up: 0, down: 0 };
      this.#regions.set(code, { up: known.up + uploadedBytes, down: known.down + downloadedBytes });
    }
  }
  of(code: string): { up: number; down: number } {
    return this.#regions.get(code) ?? { up: 0, down: 0 };
  }
  get up(): number {
    return [...this.#regions.values()].reduce((total, { up }) => total + up, 0);
  }
}

/** Numbers that look random and are the same in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const CODES = ['IR', 'RU', 'CN'];
const RESTARTS = 20;

describe('bytes over twenty restarts', () => {
  it('come to exactly what the stations counted, in all and by country', { timeout: 240_000 }, async () => {
    const random = seeded(20_261_124);
    const ledger = new Ledger();
    const quiet = new Set<number>();
    let ended = false;
    const traffic = (async () => {
      while (!ended) {
        const station = STATIONS[random(STATIONS.length)] ?? 1;
        // A processor that does nothing else would keep everything else waiting.
        await setTimeout(5);
        if (!quiet.has(station))
          await script(station, `bytes ${CODES[random(3)]} ${random(100_000)} ${random(1_000_000)}`);
      }
    })();

    /** No more bytes for this station from here on, and what it has is noted. */
    async function hush(station: number): Promise<Truth> {
      quiet.add(station);
      // One that is under way may still arrive.
      let truth = await truthOf(station);
      await waitFor('a station to be quiet', async () => {
        const before = truth;
        truth = await truthOf(station);
        return truth.uploadedBytes === before.uploadedBytes;
      });
      ledger.add(truth);
      return truth;
    }

    for (let i = 0; i < RESTARTS; i++) {
      const station = STATIONS[random(STATIONS.length)] ?? 1;
      const truth = await hush(station);
      const way = random(4);
      const seen = async () =>
        (await snapshot()).stationList.find((one) => one.index === station)?.uploadedBytes;
      if (way === 0) {
        // What nobody has seen is lost with a process that is killed: at most what it moved since the last look.
        await waitFor('the agent to see the last bytes', async () => (await seen()) === truth.uploadedBytes);
        await run('docker', ['kill', `${prefix}-${station}`]);
      } else await finished(agent, await agent.client.call('station.restart', { stations: [station] }));
      if (way === 1) {
        await agent.kill('SIGKILL');
        await agent.restart();
      }
      await waitFor(`station ${station} to begin at zero again`, async () => {
        const fresh = await truthOf(station).catch(() => null);
        return fresh !== null && fresh.uploadedBytes === 0 && (await seen()) === 0;
      });
      quiet.delete(station);
    }
    ended = true;
    await traffic;
    for (const station of STATIONS) await hush(station);

    const asked = () => agent.client.call('countries.get', { source: 'stations', ...range() });
    await waitFor(
      'the last bytes to be in the record',
      async () => (await asked()).total.uploadedBytes >= ledger.up,
      { timeoutMs: 30_000 },
    );
    const { rows, total } = await asked();
    expect(total.uploadedBytes).toBe(ledger.up);
    for (const code of CODES) {
      const row = rows.find((one) => one.code === code);
      expect({ up: row?.uploadedBytes, down: row?.downloadedBytes }).toEqual(ledger.of(code));
    }
    const fleet = await agent.client.call('history.query', range());
    expect(sum(fleet.uploadedBytes)).toBe(ledger.up);
    const stations = await Promise.all(
      STATIONS.map((station) => agent.client.call('history.query', { station, ...range() })),
    );
    expect(stations.reduce((all, { uploadedBytes }) => all + sum(uploadedBytes), 0)).toBe(ledger.up);
  });
});

describe('the record', () => {
  it('says what it holds, and is whole', async () => {
    const state = await agent.client.call('history.get', {});
    expect(state.tiers.map(({ bucketSeconds }) => bucketSeconds)).toEqual([10, 60, 900, 7200, 86_400]);
    // On the edge of its minute, or of its quarter of an hour.
    expect(state.oldest).toBeGreaterThan(begunAt - 900_000);
    expect(state.problem).toBeNull();
    const after = await agent.client.call('history.configure', { maxMegabytes: 500 });
    expect(after.settings.maxMegabytes).toBe(500);
    const refused = agent.client.call('history.configure', { maxMegabytes: 1 });
    await expect(refused).rejects.toMatchObject({ fields: [{ field: 'maxMegabytes' }] });
  });
});
