/** For tests of the commands: one run in this process, with what it printed and what it asked the agent. */
import type { Client } from '../lib/client/client.ts';
import type { Job } from '../lib/contract/jobs.ts';
import { layoutFor } from '../lib/install/layout.ts';
import type { Cli } from './command.ts';
import { runCli } from './program.ts';
import { styleFor } from './terminal.ts';

export const job: Job = {
  id: '0a1b2c3d-0000-4000-8000-000000000000',
  kind: 'fleet.apply',
  title: 'Scale to 5 stations',
  state: 'succeeded',
  actor: 'root',
  createdAt: 0,
  startedAt: 1,
  endedAt: 2,
  progress: { done: 2, total: 2 },
  steps: [],
  cancellable: true,
  error: null,
};

export interface FakeAgent {
  /** Answers by operation: a value, or an error to throw. */
  calls?: Record<string, unknown>;
  events?: unknown[];
  /** What `snapshot.watch` sends. */
  snapshots?: unknown[];
}

/** Runs one command in this process against an agent that answers what the test says. */
export async function conduit(words: string, agent: FakeAgent = {}, world: Partial<Cli> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const asked: [string, unknown][] = [];
  const client = {
    async call(name: string, input: unknown) {
      asked.push([name, input]);
      const answer = agent.calls?.[name];
      if (answer instanceof Error) throw answer;
      if (answer === undefined) throw new Error(`nobody expected ${name}`);
      return answer;
    },
    async *stream(name: string) {
      yield* (name === 'snapshot.watch' ? agent.snapshots : agent.events) ?? [];
    },
  } as unknown as Client;
  const cli: Cli = {
    env: {
      layout: {},
      home: '/nowhere',
      isCheckout: true,
      color: false,
      isTty: false,
      isRoot: true,
      user: null,
      serverAddress: null,
    },
    layout: layoutFor({ root: '/nowhere' }),
    client,
    print: (line = '') => out.push(line),
    note: (line) => err.push(line),
    progress: (line) => err.push(line),
    finishProgress: () => undefined,
    ask: async () => '',
    askSecret: async () => '',
    readStdin: async () => '',
    style: styleFor(false),
    signal: new AbortController().signal,
    ...world,
  };
  const code = await runCli(words.split(' ').filter(Boolean), cli);
  return { code, out: out.join('\n'), err: err.join('\n'), asked };
}
