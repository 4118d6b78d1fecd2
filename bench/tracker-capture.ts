/** A capture as a busy server's card would give it: clients of both families, sizes of real traffic, heads only. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** What is kept of each packet. */
const SNAP = 80;
const ETHERNET = 1;
const RECORD = 16 + SNAP;
const CHUNK_RECORDS = 20_000;
const SERVER_V4 = [193, 0, 2, 1];
const SERVER_V6 = [0x2a, 0, 0x14, 0x50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
export const SERVER_TEXTS = ['193.0.2.1', '2a00:1450::1'];
/** One client in four has IPv6. */
const V6_EVERY = 4;

/** The same numbers each time (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Truth {
  uploadedBytes: number;
  downloadedBytes: number;
}

/** @returns the bytes that are in it, by the headers of IP */
export async function writeCapture(path: string, packets: number, addresses: number): Promise<Truth> {
  const random = createRandom(7);
  const clients = Array.from({ length: addresses }, (_, i) => clientBytes(random, i % V6_EVERY === 0));
  const truth: Truth = { uploadedBytes: 0, downloadedBytes: 0 };
  const file = createWriteStream(path);
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAP, 16);
  header.writeUInt32LE(ETHERNET, 20);
  file.write(header);
  for (let done = 0; done < packets; done += CHUNK_RECORDS) {
    const count = Math.min(CHUNK_RECORDS, packets - done);
    const chunk = Buffer.alloc(count * RECORD);
    for (let i = 0; i < count; i++) {
      // Few clients have most of the traffic.
      const client = clients[Math.floor(addresses * random() ** 2)] ?? SERVER_V4;
      putPacket(chunk, i * RECORD, { client, number: done + i, random, truth });
    }
    if (!file.write(chunk)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  return truth;
}

function clientBytes(random: () => number, isV6: boolean): number[] {
  const byte = () => Math.floor(random() * 256);
  if (!isV6) return [1 + Math.floor(random() * 222), byte(), byte(), byte()];
  return [0x2a, Math.floor(random() * 16), ...Array.from({ length: 14 }, byte)];
}

interface Packet {
  client: readonly number[];
  number: number;
  random: () => number;
  truth: Truth;
}

function putPacket(b: Buffer, at: number, { client, number, random, truth }: Packet): void {
  const isV6 = client.length === 16;
  const down = random() < 0.55;
  const isTcp = random() < 0.5;
  // Full packets one way; short requests, acknowledgements and some uploads the other.
  const total = down || random() < 0.15 ? 1200 + Math.floor(random() * 300) : 60 + Math.floor(random() * 80);
  if (down) truth.downloadedBytes += total;
  else truth.uploadedBytes += total;
  const server = isV6 ? SERVER_V6 : SERVER_V4;
  const [from, to] = down ? [server, client] : [client, server];
  const clientPort = 1024 + Math.floor(random() * 60_000);
  const ourPort = random() < 0.7 ? 443 : 5566;
  b.writeUInt32LE(1_767_225_600 + Math.floor(number / 50_000), at);
  b.writeUInt32LE((number % 50_000) * 20, at + 4);
  b.writeUInt32LE(SNAP, at + 8);
  b.writeUInt32LE(14 + total, at + 12);
  const link = at + 16;
  b.writeUInt16BE(isV6 ? 0x86dd : 0x0800, link + 12);
  const ip = link + 14;
  if (isV6) {
    b[ip] = 0x60;
    b.writeUInt16BE(total - 40, ip + 4);
    b[ip + 6] = isTcp ? 6 : 17;
    b[ip + 7] = 60;
    b.set(from, ip + 8);
    b.set(to, ip + 24);
  } else {
    b[ip] = 0x45;
    b.writeUInt16BE(total, ip + 2);
    b[ip + 8] = 60;
    b[ip + 9] = isTcp ? 6 : 17;
    b.set(from, ip + 12);
    b.set(to, ip + 16);
  }
  const transport = ip + (isV6 ? 40 : 20);
  b.writeUInt16BE(down ? ourPort : clientPort, transport);
  b.writeUInt16BE(down ? clientPort : ourPort, transport + 2);
  if (isTcp) {
    b[transport + 12] = 0x50;
    b[transport + 13] = 0x10;
  } else b.writeUInt16BE(total - (isV6 ? 40 : 20), transport + 4);
}
