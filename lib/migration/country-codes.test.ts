import { describe, expect, it } from 'vitest';
import { countryCodeOf } from './country-codes.ts';

describe('a country’s name', () => {
  it.each([
    ['Iran - #FreeIran', 'IR'],
    ['Iran, Islamic Republic of', 'IR'],
    ['South Korea', 'KR'],
    ["Korea, Democratic People's Republic of", 'KP'],
    ['Russian Federation', 'RU'],
    ['Russia', 'RU'],
    ['Moldova', 'MD'],
    ['Viet Nam', 'VN'],
    ['Vietnam', 'VN'],
    ['Türkiye', 'TR'],
    ['Turkey', 'TR'],
    ['Syria', 'SY'],
    ['Taiwan', 'TW'],
    ['Hong Kong', 'HK'],
    ['Myanmar', 'MM'],
    ['Trinidad and Tobago', 'TT'],
    ["Cote D'Ivoire", 'CI'],
    ['United States', 'US'],
    [' germany ', 'DE'],
    ['DE', 'DE'],
    ['ZZ', 'unknown'],
    ['', 'unknown'],
    ['Unknown', 'unknown'],
    ['IP Address not found', 'unknown'],
    ['Anonymous Proxy', 'unknown'],
    ['Atlantis', null],
    ['QQ', null],
    ['de', null],
  ])('%s is %s', (name, code) => {
    expect(countryCodeOf(name)).toBe(code);
  });

  it('of every country leads back to its code', () => {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    for (const code of [
      'IR',
      'CN',
      'RU',
      'BY',
      'TM',
      'UZ',
      'KZ',
      'EG',
      'SA',
      'AE',
      'PK',
      'CU',
      'ET',
      'VE',
      'AF',
      'IQ',
    ])
      expect(countryCodeOf(names.of(code) ?? '')).toBe(code);
  });
});
