/** What an agent that was killed, with nobody to look after it, left counting in the kernel: clients by address. */
import { removeKernelTable } from '../tracker/kernel-sets.ts';
import type { Layout } from './layout.ts';

/** Call it when the agent has been stopped. */
export function removeTrackerTable({ prefix }: Pick<Layout, 'prefix'>): Promise<void> {
  return removeKernelTable(prefix);
}
