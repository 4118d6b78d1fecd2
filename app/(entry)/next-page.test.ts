import { describe, expect, it } from 'vitest';
import { nextPage } from './next-page.ts';

describe('nextPage', () => {
  it.each([
    ['/stations?state=running', '/stations?state=running'],
    ['/', '/'],
    [undefined, '/'],
    [['/a', '/b'], '/'],
    ['//evil.example/x', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/\t/evil.example', '/'],
    ['/login?next=/settings', '/'],
  ])('%j → %s', (wanted, page) => expect(nextPage(wanted)).toBe(page));
});
