/**
 * Which requests the panel answers at all. A page on a loopback address is open to two tricks: a name of the
 * attacker's that resolves to 127.0.0.1 (DNS rebinding), and posts from another site's page.
 */
export interface RequestFacts {
  method: string;
  host: string | null;
  origin: string | null;
  /** The Sec-Fetch-Site header. */
  fetchSite: string | null;
  /** The Sec-Fetch-Mode header. */
  fetchMode: string | null;
}

export interface Refusal {
  status: 403 | 421;
  message: string;
}

const HARMLESS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Null when the request may pass. */
export function judgeRequest(facts: RequestFacts, allowedHosts: readonly string[]): Refusal | null {
  const host = facts.host?.toLowerCase() ?? '';
  if (!isAllowedHost(host, allowedHosts)) {
    return {
      status: 421,
      message:
        `The panel does not serve the address it was asked for. Open it as http://localhost with your tunnel's port.\n` +
        `It answers to: ${allowedHosts.join(', ')} (set CONDUIT_PANEL_ORIGINS to change that).\n`,
    };
  }
  const foreign = facts.fetchSite === 'cross-site' || facts.fetchSite === 'same-site';
  const follows = HARMLESS.has(facts.method) && (facts.fetchMode === null || facts.fetchMode === 'navigate');
  if (foreign && !follows) return crossSite();
  if (!HARMLESS.has(facts.method) && !isOwnOrigin(facts, host)) return crossSite();
  return null;
}

function isAllowedHost(host: string, allowedHosts: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '');
  return allowedHosts.some((allowed) => allowed === host || allowed === name);
}

/** Browsers send Origin with every post; a program without a browser behind it sends none and has no cookie to steal. */
function isOwnOrigin({ origin }: RequestFacts, host: string): boolean {
  if (origin === null) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function crossSite(): Refusal {
  return {
    status: 403,
    message: 'This request came from the page of another site and was refused.\n',
  };
}
