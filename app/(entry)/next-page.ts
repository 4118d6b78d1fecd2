/** Where to go after signing in: a page of this panel, never an address of somebody else. */
export function nextPage(wanted: string | string[] | undefined): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/')) return '/';
  // `//host` and `/\host` are addresses of other servers to a browser.
  const base = 'http://panel.invalid';
  if (!URL.canParse(wanted, base)) return '/';
  const url = new URL(wanted, base);
  return url.origin === base && url.pathname !== '/login' ? url.pathname + url.search : '/';
}
