import { expect, it } from 'vitest';
import { createWayOutProbe } from './probe.ts';

const MINUTE = 60_000;
const { signal } = new AbortController();

/** A server whose packets get out as `udp` says; `looks` counts how often anybody was asked. */
function scene() {
  const world = { nowMs: 0, udp: true, looks: 0 };
  const wayOut = createWayOutProbe(
    () => world.nowMs,
    async () => {
      world.looks += 1;
      return { tcp: true, udp: world.udp, route: true };
    },
  );
  const ask = (reuse: boolean, pid = 10) =>
    wayOut({ stations: [{ index: 1, pid }], addresses: ['192.0.2.1'], reuse, signal });
  return { world, ask };
}

it('does not ask again for minutes after everything was reached, unless it is told to', async () => {
  const { world, ask } = scene();
  await ask(true);
  world.nowMs = 4 * MINUTE;
  expect((await ask(true)).stations[0]?.reach.udp).toBe(true);
  expect(world.looks).toBe(2);
  await ask(false);
  expect(world.looks).toBe(4);
  world.nowMs = 10 * MINUTE;
  await ask(true);
  expect(world.looks).toBe(6);
});

it('asks again after bad news, and for a station that was made anew', async () => {
  const { world, ask } = scene();
  world.udp = false;
  await ask(true);
  world.udp = true;
  expect((await ask(true)).server.udp).toBe(true);
  expect(world.looks).toBe(4);
  await ask(true, 11);
  expect(world.looks).toBe(6);
});
