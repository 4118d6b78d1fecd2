/** What a count and a limit mean on this server, in words. Pure; shared by the panel and the CLI. */
import type { CapacityReport } from '../contract/capacity.ts';
import { formatBytes } from './bytes.ts';
import { formatCount, plural } from './count.ts';

const LIMITS: Record<CapacityReport['limitedBy'], string> = {
  memory: 'memory',
  cpu: 'the processors',
  link: 'the line',
};
/** Room for waves; beyond it slots stay empty and are searched for all the same. */
const TOO_MANY_SLOTS = 2;

export function capacitySentence({ host, clients, limitedBy, measured }: CapacityReport): string {
  const basis =
    measured === null ? 'by the station’s guide' : `measured with ${formatCount(measured.clients)} people`;
  return `With ${plural(host.cores, 'core')} and ${formatBytes(host.memoryBytes)} this server carries about ${formatCount(clients.likely)} people at once, ${formatCount(clients.most)} at most (${basis}; ${LIMITS[limitedBy]} ends first).`;
}

/** Why these settings are more than the server can use; null when they are not. */
export function capacityWarning(
  wanted: { count: number; maxClients: number },
  { stationsMost, clients, host }: CapacityReport,
): string | null {
  const slots = wanted.count * wanted.maxClients;
  if (wanted.count > stationsMost)
    return `${plural(wanted.count, 'busy station')} do not fit into ${formatBytes(host.memoryBytes)} of memory; about ${formatCount(stationsMost)} do. The kernel would end some of them.`;
  if (slots > clients.most * TOO_MANY_SLOTS)
    return `${formatCount(wanted.count)} × ${formatCount(wanted.maxClients)} are ${formatCount(slots)} places, and this server carries about ${formatCount(clients.most)} people. Stations search for people for each empty place, which costs processor time and brings nobody.`;
  return null;
}
