/** What pairs a station with Ryve: conduit's own `ryve-claim` command makes the same (cmd/ryve.go). The claim is the private key. */
import * as z from 'zod';

const keySchema = z.object({ privateKeyBase64: z.string() });

/** @param content of conduit_key.json, checked before. @param name shown in Ryve */
export function claimLink(content: string, name: string): string {
  const { privateKeyBase64 } = keySchema.parse(JSON.parse(content));
  // Go sorts the names, and pads.
  const claim = JSON.stringify({ data: { key: privateKeyBase64.replace(/=+$/, ''), name }, version: 1 });
  const text = Buffer.from(claim).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  return `network.ryve.app://(app)/conduits?claim=${text}`;
}
