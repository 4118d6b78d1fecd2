import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** IPv4 networks the host already uses, as `address/bits`: its interfaces and its routes. */
export function listUsedNetworks(routeFile = '/proc/net/route'): string[] {
  const own = Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).flatMap((entry) => (entry.family === 'IPv4' && entry.cidr !== null ? [entry.cidr] : [])),
  );
  const routes = readFileSync(routeFile, 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, destination, , , , , , mask] = line.split('\t');
      if (destination === undefined || mask === undefined || destination === '00000000') return [];
      return [`${littleEndian(destination)}/${bitCount(mask)}`];
    });
  return [...own, ...routes];
}

function littleEndian(hex: string): string {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');
}

function bitCount(hex: string): number {
  return [...BigInt(`0x${hex}`).toString(2)].filter((bit) => bit === '1').length;
}
