// The promise of scaling: who is new is served, who is on a station that stays is not cut. In full size: bench scale.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Load, type Outcome, startLoad } from '../../bench/load/load.ts';
import { readTruth } from '../../simulator/control.ts';
import { startTestAgent, type TestAgent } from '../harness/agent.ts';
import { apply, finished } from '../harness/fleet.ts';

const PRIMARY = 31_043;
const HELD = 600;
let agent: TestAgent;
let holding: Load;
let coming: Load;

beforeAll(async () => {
  agent = await startTestAgent({ prefix: 'scul', balancer: { primaryPort: PRIMARY, secondaryPort: 31_066 } });
  const settings = { image: 'conduit-simulator:february', count: 6, loopbackPorts: false };
  await apply(agent, { settings });
  const clients = { host: '127.0.0.1', port: PRIMARY, processes: 1, inFlight: 50 };
  holding = await startLoad({ ...clients, firstSource: '127.31.0.1' });
  coming = await startLoad({ ...clients, firstSource: '127.32.0.1' });
});
afterAll(async () => {
  holding.end();
  coming.end();
  await agent.dispose();
});

async function scaleTo(count: number): Promise<Outcome[]> {
  const slices: Outcome[] = [];
  let over = false;
  const job = agent.client
    .call('fleet.apply', { settings: { count }, drainSeconds: 2 })
    .then((started) => finished(agent, started))
    .finally(() => {
      over = true;
    });
  for (let last = false; !last; ) {
    last = over;
    slices.push(await coming.rate(60, 1));
  }
  expect((await job).state).toBe('succeeded');
  return slices;
}
const failures = (slices: readonly Outcome[]) => slices.reduce((sum, { failed }) => sum + failed, 0);

it('refuses nobody who is new and keeps every session on a station that stays', async () => {
  expect(await holding.open(HELD)).toMatchObject({ done: HELD, failed: 0 });
  const { stationList } = await agent.client.call('snapshot.get', {});
  const truths = await Promise.all(
    stationList.map(async ({ address }) => (await readTruth(address ?? '')).connected),
  );
  expect(truths).toEqual(Array.from({ length: 6 }, () => HELD / 6));

  expect(failures(await scaleTo(3))).toBe(0);
  expect((await holding.echo()).alive).toBe(HELD / 2);
  expect(failures(await scaleTo(6))).toBe(0);
  expect((await holding.echo()).alive).toBe(HELD / 2);
});
