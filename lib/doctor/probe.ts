/** Whether packets get out and answers come back: a connection and a datagram, from this server or from inside a station. */
import { run } from '../host/run.ts';

export interface Reach {
  /** At least one address took a connection, or refused it. */
  tcp: boolean;
  /** At least one answered a question for names. */
  udp: boolean;
  /** Whether there is a route at all. */
  route: boolean;
}

/** Public resolvers: they answer on 443/tcp and 53/udp, and learn nothing from it. */
export const PROBED_ADDRESSES = ['1.1.1.1', '8.8.8.8'] as const;
const ANSWER_WITHIN_MS = 1500;

/** An answer in which everything was reached may stand in for the next this long: that packets get out seldom changes. */
const KEPT_MS = 300_000;

/** What gets out of this server, and of the networks of a few stations. */
export interface WayOut {
  server: Reach;
  stations: { station: number; reach: Reach }[];
}

export interface WayOutQuestion {
  /** A process of each station whose network is looked out of. */
  stations: readonly { index: number; pid: number }[];
  /** What is asked for an answer from there. */
  addresses: readonly string[];
  /** Whether good news of the last minutes will do; bad news is always asked for again. */
  reuse: boolean;
  signal: AbortSignal;
}

/** @param look from one network, by the process whose it is; null is this server's own */
export function createWayOutProbe(
  now: () => number,
  look: typeof probe = probe,
): (question: WayOutQuestion) => Promise<WayOut> {
  let last: { atMs: number; asked: string; answer: WayOut } | null = null;

  return async ({ stations, addresses, reuse, signal }) => {
    const asked = JSON.stringify([stations, addresses]);
    if (reuse && last?.asked === asked && now() - last.atMs < KEPT_MS) return last.answer;
    const [server, ...reached] = await Promise.all([
      look(null, addresses, signal),
      ...stations.map(async ({ index, pid }) => ({
        station: index,
        reach: await look(pid, addresses, signal),
      })),
    ]);
    const answer = { server, stations: reached };
    const isGood = [server, ...reached.map(({ reach }) => reach)].every(({ tcp, udp }) => tcp && udp);
    last = isGood ? { atMs: now(), asked, answer } : null;
    return answer;
  };
}

/** @param pid a process whose network is looked from; null is this server's own */
async function probe(pid: number | null, addresses: readonly string[], signal: AbortSignal): Promise<Reach> {
  const command = [process.execPath, '-e', PROGRAM, String(ANSWER_WITHIN_MS), ...addresses];
  const [file = '', ...args] = pid === null ? command : ['nsenter', `--net=/proc/${pid}/ns/net`, ...command];
  const { stdout } = await run(file, args, { signal, timeoutMs: 10_000 });
  return JSON.parse(stdout) as Reach;
}

/** A program of its own: a network namespace belongs to a process. The datagram asks for the root's name servers. */
const PROGRAM = `
const { connect } = require('node:net');
const { createSocket } = require('node:dgram');
const [, within, ...addresses] = process.argv;
const question = Buffer.from('2b2b010000010000000000000000020001', 'hex');
const reach = { tcp: false, udp: false, route: false };
const end = () => { console.log(JSON.stringify(reach)); process.exit(0); };
const note = (what) => { reach.route = true; reach[what] = true; if (reach.tcp && reach.udp) end(); };
setTimeout(end, Number(within));
let waiting = addresses.length;
for (const host of addresses) {
  const socket = connect({ host, port: 443 }, () => note('tcp'));
  socket.on('error', ({ code }) => {
    if (code === 'ECONNREFUSED') note('tcp');
    if (code !== 'ENETUNREACH') { reach.route = true; return; }
    waiting -= 1;
    if (waiting === 0) end();
  });
  setTimeout(() => { if (socket.connecting) reach.route = true; }, 100);
  const sender = createSocket('udp4');
  sender.on('error', () => undefined);
  sender.on('message', () => note('udp'));
  sender.send(question, 53, host, () => undefined);
}
`;
