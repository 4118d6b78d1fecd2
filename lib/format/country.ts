/** Countries by their ISO code, in words and as a flag. Pure; shared by the panel and the CLI. */

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const REGIONAL_INDICATOR_A = 0x1f1e6;

/** `IR` → `Iran`; a code nobody knows stays as it is. */
export function countryName(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code === '' ? 'Unknown' : code;
  return names.of(code) ?? code;
}

/** The two letters as the flag's two symbols; empty for what is no country. */
export function countryFlag(code: string): string {
  if (!/^[A-Z]{2}$/.test(code) || names.of(code) === undefined) return '';
  return String.fromCodePoint(...[...code].map((letter) => REGIONAL_INDICATOR_A + letter.charCodeAt(0) - 65));
}
