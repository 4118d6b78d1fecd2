/** Countries by their ISO code, in words. Pure; shared by the panel and the CLI. */

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** `IR` → `Iran`; a code nobody knows stays as it is. */
export function countryName(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code === '' ? 'Unknown' : code;
  return names.of(code) ?? code;
}
