/** What the fleet's objects are called, and where each station sits on the fleet's own bridges. */

export const FLEET_LABEL = 'org.conduit-cluster.fleet';
export const STATION_LABEL = 'org.conduit-cluster.station';
/** Hash of what needs a new container when it changes. */
export const SPEC_LABEL = 'org.conduit-cluster.spec';
/** The settings behind that hash, so that a plan can say what changes. */
export const SHAPE_LABEL = 'org.conduit-cluster.shape';
/** Marks throw-away containers that ask an image for its help. */
export const PROBE_LABEL = 'org.conduit-cluster.probe';

/** A Linux bridge takes 1,023 ports; a fleet larger than this gets further bridges. */
const STATIONS_PER_NETWORK = 1000;
/** Each bridge has a /21 of the fleet's /16: 2,046 addresses. */
const NETWORK_SIZE = 2 ** 11;
/** The gateway has .1; a few addresses stay free for probes. */
const FIRST_STATION_OFFSET = 16;

export function containerName(prefix: string, station: number): string {
  return `${prefix}-${station}`;
}

export function volumeName(prefix: string, station: number): string {
  return `${prefix}-data-${station}`;
}

/** Keeps the content that stations ran before an update from being pruned. */
export function formerImageName(prefix: string): string {
  return `conduit-before-update:${prefix}`;
}

/** Station number of a container or volume name of this prefix; null for any other name. */
export function stationOfName(prefix: string, name: string): number | null {
  const match = /^([1-9]\d{0,4})$/.exec(name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1) : '');
  return match === null ? null : Number(match[1]);
}

/** `conduit-data` is how managers before this one called their first. */
export function looksLikeVolume(prefix: string, name: string): boolean {
  return name === `${prefix}-data` || stationOfName(`${prefix}-data`, name) !== null;
}

/** A name that managers before this one gave their stations. */
export function looksLikeStation(name: string): boolean {
  return /^conduit(-\d+)?$/.test(name);
}

/** Which bridge a station is on, counted from 0. */
export function networkIndexOf(station: number): number {
  return Math.floor((station - 1) / STATIONS_PER_NETWORK);
}

export interface NetworkSpec {
  name: string;
  /** At most 15 characters, the kernel's limit for an interface. */
  bridge: string;
  subnet: string;
  gateway: string;
}

/** @param base first address of the fleet's /16, such as `172.30.0.0` */
export function networkSpec(prefix: string, index: number, base: string): NetworkSpec {
  const first = toNumber(base) + index * NETWORK_SIZE;
  const suffix = index === 0 ? '' : `-${index + 1}`;
  return {
    name: `${prefix}-net${suffix}`,
    bridge: `br-${prefix.slice(0, 9)}${suffix}`,
    subnet: `${toAddress(first)}/21`,
    gateway: toAddress(first + 1),
  };
}

/** The fixed address of a station. */
export function stationAddress(station: number, base: string): string {
  const offset = FIRST_STATION_OFFSET + ((station - 1) % STATIONS_PER_NETWORK);
  return toAddress(toNumber(base) + networkIndexOf(station) * NETWORK_SIZE + offset);
}

/**
 * The first /16 that overlaps nothing the host already uses.
 * Docker's own defaults begin at 172.17; the search begins at the other end.
 * @param taken networks in use, as `address/bits`
 * @returns its first address, or null when all candidates overlap
 */
export function chooseBase(taken: string[]): string | null {
  const candidates = [
    ...range(30, 18).map((n) => `172.${n}.0.0`),
    ...range(219, 200).map((n) => `10.${n}.0.0`),
  ];
  return candidates.find((base) => !taken.some((network) => overlaps(`${base}/16`, network))) ?? null;
}

function overlaps(a: string, b: string): boolean {
  const [addressA = '', bitsA = '32'] = a.split('/');
  const [addressB = '', bitsB = '32'] = b.split('/');
  const size = 2 ** (32 - Math.min(Number(bitsA), Number(bitsB)));
  return Math.floor(toNumber(addressA) / size) === Math.floor(toNumber(addressB) / size);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: from - to + 1 }, (_, i) => from - i);
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
