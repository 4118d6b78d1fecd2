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

/** More colons than a time, a MAC address or a host and port have. */
const SURELY_V6_COLONS = 7;

/**
 * Colons and full stops around an address (`peer:2001:db8::1.`) are not part of it, but two colons may be: `2001::`
 * is one. What has the colons of an address and is none, such as one with a port behind it, is hidden as a whole.
 */
function hideV6(run: string): string {
  const first = /^[.:]*/.exec(run)?.[0].length ?? 0;
  const end = run.replace(/[.:]+$/, '').length;
  for (const from of run.slice(0, first).endsWith('::') ? [first - 2, first] : [first]) {
    for (const to of run.startsWith('::', end) ? [end + 2, end] : [end]) {
      const address = run.slice(from, to);
      if (isIPv6(address)) return run.slice(0, from) + hide(address) + run.slice(to);
    }
  }
  if (isIPv6(run)) return hide(run);
  return run.split(':').length > SURELY_V6_COLONS && end > first ? '[address]' : run;
}

function hide(address: string): string {
  return HARMLESS.has(address) ? address : '[address]';
}
