import jsQR from 'jsqr';
import { describe, expect, it } from 'vitest';
import { qrLines, qrModules } from '../format/qr.ts';
import { claimLink } from './claim.ts';

/** The key of the mnemonic "abandon" twenty-three times and "art". */
const KEY = 'PPNagm7YwP9l71zJ6p9KtpKWN30SXcFruG+6EdDMgDCgPdEPDTXjAPIfgb6SgNduclLg2tsnU4JEp/hyh20Ueg';
const PREFIX = 'network.ryve.app://(app)/conduits?claim=';
const file = (privateKeyBase64: string) => JSON.stringify({ mnemonic: '', privateKeyBase64 });
const claimOf = (link: string) => Buffer.from(link.slice(PREFIX.length), 'base64url').toString('utf8');

describe('claimLink', () => {
  it('is what `conduit ryve-claim` makes: sorted names, base64 for URLs, padded', () => {
    const link = claimLink(file(KEY), 'my station');
    expect(link.startsWith(PREFIX)).toBe(true);
    expect(claimOf(link)).toBe(`{"data":{"key":"${KEY}","name":"my station"},"version":1}`);
    const text = link.slice(PREFIX.length);
    expect(text).toMatch(/^[A-Za-z0-9_-]+={0,2}$/);
    expect(text.length % 4).toBe(0);
  });

  it('drops the padding of a key that has it', () => {
    expect(claimLink(file(`${KEY}==`), 'a')).toBe(claimLink(file(KEY), 'a'));
  });

  it('escapes a name as JSON does, in any script', () => {
    expect(JSON.parse(claimOf(claimLink(file(KEY), '"ایستگاه" + 1/2')))).toEqual({
      data: { key: KEY, name: '"ایستگاه" + 1/2' },
      version: 1,
    });
  });
});

describe('its QR code', () => {
  const link = claimLink(file(KEY), 'conduit-1');

  it('reads as the link', () => {
    expect(scan(qrModules(link))).toBe(link);
  });

  it('reads as the link on a dark terminal, where the light modules are drawn', () => {
    const modules = qrLines(link).flatMap((line) => [
      [...line].map((half) => half !== '█' && half !== '▀'),
      [...line].map((half) => half !== '█' && half !== '▄'),
    ]);
    // The last line stands for one row where their number is odd.
    expect(scan(modules.slice(0, qrModules(link).length))).toBe(link);
  });
});

/** Draws the modules, a few pixels each, and reads the picture. */
function scan(modules: boolean[][]): string | undefined {
  const SCALE = 4;
  const side = modules.length * SCALE;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if (modules[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)])
        pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
  return jsQR(pixels, side, side)?.data;
}
