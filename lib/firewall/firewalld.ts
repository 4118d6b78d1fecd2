/** What a zone of firewalld lets in, from `firewall-cmd --list-all`. Pure. */
import type { Opening } from './rules.ts';

const SERVICES: Record<string, string> = {
  ssh: '22/tcp',
  http: '80/tcp',
  https: '443/tcp',
  http3: '443/udp',
};

/** @returns null where a rule that is not understood may decide */
export function isOpenInZone(zone: string, { port, protocol }: Opening): boolean | null {
  const field = (name: string) => new RegExp(`^\\s*${name}:[ \\t]*(.*)$`, 'm').exec(zone)?.[1]?.trim() ?? '';
  if (field('target') === 'ACCEPT') return true;
  const services = field('services')
    .split(/\s+/)
    .filter((name) => name !== '');
  const listed = [...field('ports').split(/\s+/), ...services.flatMap((name) => SERVICES[name] ?? [])];
  const isListed = listed.some((one) => {
    const [range = '', of] = one.split('/');
    const [from = 0, to = from] = range.split('-').map(Number);
    return range !== '' && of === protocol && from <= port && port <= to;
  });
  if (isListed) return true;
  const hasRich = /rich rules:[ \t]*\n?[ \t]*rule/.test(zone);
  const isKnown = services.every((name) => name in SERVICES || KNOWN_ELSEWHERE.has(name));
  return hasRich || !isKnown ? null : false;
}

/** Services of the usual zones that none of our ports belongs to. */
const KNOWN_ELSEWHERE = new Set(['dhcpv6-client', 'cockpit', 'mdns', 'samba-client', 'ipp-client']);
