/** What this server carries, from the host and what its people cost now. */
import { availableParallelism, totalmem } from 'node:os';
import { measureClients, planCapacity } from '../../lib/capacity/plan.ts';
import type { CapacityReport } from '../../lib/contract/capacity.ts';
import { readIfThere } from '../../lib/host/absent.ts';
import { findMainInterface } from '../../lib/tracker/interfaces.ts';
import type { LiveService } from '../live/service.ts';

/** @param linkMbps what the operator says of the line; undefined asks the network card */
export async function readCapacity(live: LiveService, linkMbps?: number): Promise<CapacityReport> {
  return planCapacity({
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    linkMbps: linkMbps ?? (await readLinkSpeed()),
    measured: measureClients(await live.current()),
  });
}

/** Mbit/s; null where the card is virtual and does not say. */
async function readLinkSpeed(): Promise<number | null> {
  const name = await findMainInterface();
  // A card without a link answers with an error or a negative number.
  const text = name === null ? null : await readIfThere(`/sys/class/net/${name}/speed`).catch(() => null);
  const speed = Number(text ?? Number.NaN);
  return Number.isFinite(speed) && speed > 0 ? speed : null;
}
