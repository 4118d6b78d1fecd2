/** From the country names of GeoIP Legacy, as trackers of v1.x wrote them, to ISO 3166 codes. Pure. */

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** Spellings that are nobody's but GeoIP's, and what those trackers shortened. */
const ALIASES: Record<string, string> = {
  'iran - #freeiran': 'IR',
  'iran, islamic republic of': 'IR',
  'korea, republic of': 'KR',
  "korea, democratic people's republic of": 'KP',
  'russian federation': 'RU',
  'moldova, republic of': 'MD',
  'taiwan, province of china': 'TW',
  'venezuela, bolivarian republic of': 'VE',
  'bolivia, plurinational state of': 'BO',
  'tanzania, united republic of': 'TZ',
  'viet nam': 'VN',
  'syrian arab republic': 'SY',
  "lao people's democratic republic": 'LA',
  'libyan arab jamahiriya': 'LY',
  'brunei darussalam': 'BN',
  'macedonia, the former yugoslav republic of': 'MK',
  macedonia: 'MK',
  'congo, the democratic republic of the': 'CD',
  congo: 'CG',
  'palestinian territory, occupied': 'PS',
  'palestinian territory': 'PS',
  palestine: 'PS',
  'holy see (vatican city state)': 'VA',
  'czech republic': 'CZ',
  swaziland: 'SZ',
  'cape verde': 'CV',
  turkey: 'TR',
  burma: 'MM',
  myanmar: 'MM',
  'hong kong': 'HK',
  macau: 'MO',
  "cote d'ivoire": 'CI',
  'ivory coast': 'CI',
  reunion: 'RE',
  'aland islands': 'AX',
  curacao: 'CW',
  'micronesia, federated states of': 'FM',
  'united states of america': 'US',
  'antigua and barbuda': 'AG',
  'bosnia and herzegovina': 'BA',
  'trinidad and tobago': 'TT',
  'sao tome and principe': 'ST',
  'saint kitts and nevis': 'KN',
  'saint vincent and the grenadines': 'VC',
};
const UNKNOWN = new Set([
  '',
  'unknown',
  'ip address not found',
  'n/a',
  'anonymous proxy',
  'satellite provider',
]);

const codes = new Map<string, string>(Object.entries(ALIASES));
for (const first of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
  for (const second of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
    const code = `${first}${second}`;
    const name = names.of(code);
    // A code that was replaced by another (VD by VN) does not take its name away, nor does one that is no country's.
    const current =
      Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}` &&
      !/^(?:Q|X[A-JL-Z]|ZZ|E[UZ]|UN)/.test(code);
    if (name !== undefined && current && !codes.has(name.toLowerCase())) codes.set(name.toLowerCase(), code);
  }

/** @returns a code, `unknown` for what the tracker itself did not know, null for a name that is no country's */
export function countryCodeOf(name: string): string | null {
  const text = name.trim();
  if (text === 'ZZ') return 'unknown';
  if (/^[A-Z]{2}$/.test(text)) return names.of(text) === undefined ? null : text;
  const key = text.toLowerCase();
  if (UNKNOWN.has(key)) return 'unknown';
  return (
    codes.get(key) ??
    codes.get(key.replaceAll('&', 'and')) ??
    codes.get(key.replaceAll(' and ', ' & ')) ??
    null
  );
}
