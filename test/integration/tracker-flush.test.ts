// tcpdump is told to write out what it holds many times a second under load: no record is torn, and every packet comes once.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAddressTable } from '../../lib/tracker/address-table.ts';
import { ownAddresses } from '../../lib/tracker/special-addresses.ts';
import { startTcpdump } from '../../lib/tracker/tcpdump.ts';
import { createSender, type Sender } from '../harness/sender.ts';
import { waitFor } from '../harness/wait-for.ts';

const PORT = 28_744;
const RATE = 50_000;
const SECONDS = 8;
const QUIET_LOOKS = 10;
let sender: Sender;
beforeAll(async () => {
  sender = await createSender('trkflush', '10.241.12', PORT, 1000);
});
afterAll(() => sender.remove());

it('a window may end at any moment', async () => {
  const table = createAddressTable();
  const capture = await startTcpdump({
    ...{ table, interface: sender.device, preset: 'frontend', ports: [PORT], prefix: 'trkflush' },
    ...{ own: ownAddresses([sender.hostAddress]), hosts: [sender.hostAddress], longestWindowMs: 10_000 },
  });
  let failure: string | null = null;
  void capture.failed.then((reason) => {
    failure = reason;
  });
  let [packets, dropped, windows] = [0, 0, 0];
  async function endWindow(): Promise<void> {
    const counted = await capture.flush();
    packets += counted.packets;
    dropped += counted.dropped;
    windows++;
  }
  let sent: number | null = null;
  void sender.send(RATE, SECONDS).then((count) => {
    sent = count;
  });
  while (sent === null && failure === null) await endWindow();
  // The last wait until the kernel's buffer turns, which takes it a second at most.
  let quiet = 0;
  await waitFor(
    'the last packets',
    async () => {
      const before = packets + dropped;
      await endWindow();
      quiet = packets + dropped === before ? quiet + 1 : 0;
      return failure !== null || quiet === QUIET_LOOKS;
    },
    { everyMs: 200 },
  );
  expect(failure).toBeNull();
  // Each once; what the kernel had no room for before tcpdump saw it is nobody's mistake here.
  expect(packets + dropped).toBeLessThanOrEqual(sent ?? 0);
  expect(packets + dropped).toBeGreaterThan(0.98 * RATE * SECONDS);
  expect(windows).toBeGreaterThan(40);
  await capture.close();
});
