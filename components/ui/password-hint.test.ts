import { describe, expect, it } from 'vitest';
import { passwordHint } from './password-hint.ts';

describe('passwordHint', () => {
  it.each([
    ['', 'short'],
    ['eleven-char', 'short'],
    ['aaaaaaaaaaaaaaaa', 'weak'],
    ['reza-is-my-name', 'weak'],
    ['Password12345', 'weak'],
    ['fk3-wu8-lz1-q', 'good'],
    ['correct horse battery staple', 'strong'],
  ] as const)('%j is %s', (password, level) => expect(passwordHint(password, 'reza').level).toBe(level));

  it('counts down what is missing', () => {
    expect(passwordHint('elevenchars', 'reza').text).toBe('1 more character needed.');
  });
});
