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
  // The last wait until the kernel's buffer turns.
  await waitFor('the last packets', async () => {
    await endWindow();
    return failure !== null || packets + dropped >= (sent ?? 0);
  });
  expect(failure).toBeNull();
  expect(packets + dropped).toBe(sent);
  expect(packets).toBeGreaterThan(0.9 * RATE * SECONDS);
  expect(windows).toBeGreaterThan(100);
  await capture.close();
});
