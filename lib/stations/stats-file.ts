import * as z from 'zod';
import { parseJson } from '../contract/json.ts';

/** stats.json of images before 2.0: written only when counts change, and not atomically. */
const schema = z.object({
  connectingClients: z.number(),
  connectedClients: z.number(),
  totalBytesUp: z.number(),
  totalBytesDown: z.number(),
  uptimeSeconds: z.number().optional(),
  isLive: z.boolean().optional(),
  announcing: z.number().optional(),
  idleSeconds: z.number().optional(),
  timestamp: z.string().optional(),
});

export interface StatsFile {
  connected: number;
  connecting: number;
  announcing: number | null;
  live: boolean | null;
  uploadedBytes: number;
  downloadedBytes: number;
  uptimeSeconds: number | null;
  /** When the station wrote it, milliseconds since the epoch; may be long ago on an idle station. */
  writtenAtMs: number | null;
}

/** @returns null for a file that is truncated (caught while being written) or not a stats file */
export function parseStatsFile(text: string): StatsFile | null {
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const stats = parsed.data;
  const writtenAtMs = Date.parse(stats.timestamp ?? '');
  return {
    connected: stats.connectedClients,
    connecting: stats.connectingClients,
    announcing: stats.announcing ?? null,
    live: stats.isLive ?? null,
    uploadedBytes: stats.totalBytesUp,
    downloadedBytes: stats.totalBytesDown,
    uptimeSeconds: stats.uptimeSeconds ?? null,
    writtenAtMs: Number.isNaN(writtenAtMs) ? null : writtenAtMs,
  };
}
