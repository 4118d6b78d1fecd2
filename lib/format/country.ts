/** Countries by their code, in words. Pure; shared by the panel and the CLI. */

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** What is in no country, and what is not told apart. */
const WORDS: Record<string, string> = {
  '': 'Unknown',
  unknown: 'Unknown',
  private: 'Private networks',
  own: 'This server',
  other: 'Other countries',
};

/** `IR` → `Iran`; a code nobody knows stays as it is. */
export function countryName(code: string): string {
  return WORDS[code] ?? (/^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code);
}
