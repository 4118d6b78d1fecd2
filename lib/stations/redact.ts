/** Removes anything that looks like a network address from text that leaves the agent. */
import { isIPv4, isIPv6 } from 'node:net';

const CANDIDATE_V4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g;
/** Longest runs of what an IPv6 address is written with; `isIPv6` decides. */
const CANDIDATE_V6 = /[0-9a-fA-F:.]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*/g;

/** Loopback and "any" are nobody's address and stay, so that `listening on 127.0.0.1:9090` still says something. */
const HARMLESS = new Set(['127.0.0.1', '0.0.0.0', '::1', '::']);

export function redactAddresses(text: string): string {
  return text
    .replace(CANDIDATE_V6, hideV6)
    .replace(CANDIDATE_V4, (found) => (isIPv4(found) ? hide(found) : found));
}

/** A full stop or colon that ends a sentence is not part of the address. */
function hideV6(run: string): string {
  if (isIPv6(run)) return hide(run);
  const address = run.replace(/[.:]+$/, '');
  return isIPv6(address) ? hide(address) + run.slice(address.length) : run;
}

function hide(address: string): string {
  return HARMLESS.has(address) ? address : '[address]';
}
