/** What a capture is, whichever way it counts: it fills a table, and says how it is doing. */
import type { createAddressTable } from './address-table.ts';
import type { OwnAddresses } from './special-addresses.ts';

/** Of the kernel's counters, by default. */
export const LONGEST_WINDOW_MS = 60_000;

export interface CaptureOptions {
  table: ReturnType<typeof createAddressTable>;
  interface: string;
  preset: 'frontend' | 'all';
  ports: readonly number[];
  own: OwnAddresses;
  /** Addresses of this server that clients may reach, as text. */
  hosts: readonly string[];
  /** Names what is made in the kernel. */
  prefix: string;
  /** A window whose end costs much lasts no longer than this. */
  longestWindowMs: number;
}

export interface Counted {
  packets: number;
  /** Missed, because nobody could keep up or there was no room. */
  dropped: number;
  /** Processor time that it took, its programs included, in milliseconds. */
  cpuMs: number;
}

export interface Capture {
  /** Whether a window may end now: some are longer than ten seconds, because to end one costs something. */
  isDue(sinceMs: number): boolean;
  /** Brings everything up to this moment into the table. @returns what was counted since the last time */
  flush(): Promise<Counted>;
  /** Resolves with the reason, in words without an address, when the capture ends by itself. */
  failed: Promise<string>;
  /** Ends it and takes away what it made. */
  close(): Promise<void>;
}
