/** The kernel's counters of what goes through the balancer: put in, kept in step with the stations, read, taken out. */
import { run } from '../host/run.ts';
import {
  accountingElements,
  type Counted,
  parseAccounting,
  renderAccounting,
  renderElementChange,
} from './accounting-rules.ts';
import type { PortAndProtocol } from './listening.ts';
import type { Backend } from './render.ts';

export interface Accounting {
  /** Counts these from now on; sums of those that stay go on. @throws CommandError */
  follow(listeners: readonly PortAndProtocol[], stations: readonly Backend[]): Promise<void>;
  /** Null before the first `follow`, and when somebody removed our table. */
  read(): Promise<Counted | null>;
  /** Leaves nothing behind. */
  remove(): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** @param table name of our table; made new at the first `follow`, so that sums begin at zero */
export function createAccounting(table: string): Accounting {
  let elements: { listeners: string[]; stations: string[] } | null = null;

  async function remove(): Promise<void> {
    elements = null;
    await run('nft', ['delete', 'table', 'inet', table], { timeoutMs: TIMEOUT_MS, okExitCodes: [1] });
  }

  return {
    async follow(listeners, stations) {
      const next = accountingElements(listeners, stations);
      const before = elements ?? { listeners: [], stations: [] };
      let script = renderElementChange(table, before, next);
      const isNew = elements === null;
      if (isNew) await remove();
      if (isNew || before.listeners.join() !== next.listeners.join())
        script = renderAccounting(table, listeners) + script;
      if (script !== '') await run('nft', ['-f', '-'], { input: script, timeoutMs: TIMEOUT_MS });
      elements = next;
    },
    async read() {
      if (elements === null) return null;
      const { exitCode, stdout } = await run('nft', ['-j', 'list', 'table', 'inet', table], {
        timeoutMs: TIMEOUT_MS,
        okExitCodes: [1],
      });
      if (exitCode === 0) return parseAccounting(stdout);
      elements = null;
      return null;
    },
    remove,
  };
}
