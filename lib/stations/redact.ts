/** Removes anything that looks like a network address from text that leaves the agent. */
import { isIPv4, isIPv6 } from 'node:net';

const CANDIDATE_V4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g;
const CANDIDATE_V6 =
  /(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F]{0,4}|\d{1,3}(?:\.\d{1,3}){3})(?![\w:])/g;

/** Loopback and "any" are nobody's address and stay, so that `listening on 127.0.0.1:9090` still says something. */
const HARMLESS = new Set(['127.0.0.1', '0.0.0.0', '::1', '::']);

export function redactAddresses(text: string): string {
  return text
    .replace(CANDIDATE_V6, (found) => (isIPv6(found) && !HARMLESS.has(found) ? '[address]' : found))
    .replace(CANDIDATE_V4, (found) => (isIPv4(found) && !HARMLESS.has(found) ? '[address]' : found));
}
