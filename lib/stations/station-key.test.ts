import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareKey, inspectKey, readVolumeKey } from './station-key.ts';

const MNEMONIC = `${'abandon '.repeat(23)}art`;
const PRIVATE = 'PPNagm7YwP9l71zJ6p9KtpKWN30SXcFruG+6EdDMgDCgPdEPDTXjAPIfgb6SgNduclLg2tsnU4JEp/hyh20Ueg';
const PROXY_ID = 'fUoLlcFGjN6wAEwpzUjh2N6DPrqVhm8+F8uXAWVt5gU';
const file = (content: object) => JSON.stringify(content);

describe('inspectKey', () => {
  it('derives the Proxy ID of the published test vector, padded or not', () => {
    for (const privateKeyBase64 of [PRIVATE, `${PRIVATE}==`]) {
      expect(inspectKey(file({ mnemonic: MNEMONIC, privateKeyBase64 }))).toMatchObject({
        state: 'sound',
        proxyId: PROXY_ID,
      });
    }
    expect(inspectKey(file({ privateKeyBase64: PRIVATE }))).toMatchObject({
      state: 'sound',
      proxyId: PROXY_ID,
    });
  });

  it('finds a damaged half that the station itself would accept', () => {
    const damaged = Buffer.from(PRIVATE, 'base64');
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    expect(inspectKey(file({ privateKeyBase64: damaged.toString('base64') }))).toMatchObject({
      state: 'invalid',
    });
    const other = `${'abandon '.repeat(22)}zoo art`;
    expect(inspectKey(file({ mnemonic: other, privateKeyBase64: PRIVATE }))).toMatchObject({
      state: 'invalid',
    });
  });

  it.each([
    ['', 'empty'],
    [' \n', 'empty'],
    [PRIVATE, 'invalid'],
    ['{"mnemonic":"a"', 'invalid'],
    [file({ privateKeyBase64: PRIVATE.slice(0, 40) }), 'invalid'],
    [file({ privateKeyBase64: '!!!' }), 'invalid'],
  ])('says what is wrong with %j', (content, state) => {
    const found = inspectKey(content);
    expect(found.state).toBe(state);
    expect(JSON.stringify(found)).not.toContain(PRIVATE.slice(0, 20));
  });
});

describe('readVolumeKey', () => {
  it('reads the file, and does not follow a link out of the volume', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'key-'));
    try {
      expect(await readVolumeKey(directory)).toMatchObject({ state: 'missing' });
      await writeFile(join(directory, 'elsewhere'), file({ privateKeyBase64: PRIVATE }));
      await symlink(join(directory, 'elsewhere'), join(directory, 'conduit_key.json'));
      expect(await readVolumeKey(directory)).toMatchObject({ state: 'invalid' });
      await rm(join(directory, 'conduit_key.json'));
      await writeFile(join(directory, 'conduit_key.json'), file({ privateKeyBase64: PRIVATE }));
      expect(await readVolumeKey(directory)).toMatchObject({ state: 'sound', proxyId: PROXY_ID });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('compareKey', () => {
  const known = { proxyId: PROXY_ID, fingerprint: 'aa' };
  it.each([
    [null, { state: 'missing', reason: 'r' } as const, 'absent', false],
    [known, { state: 'missing', reason: 'r' } as const, 'missing', true],
    [null, { state: 'empty', reason: 'r' } as const, 'empty', true],
    [null, { state: 'invalid', reason: 'r' } as const, 'invalid', true],
    [known, { state: 'sound', proxyId: PROXY_ID, fingerprint: 'aa' } as const, 'sound', false],
    [known, { state: 'sound', proxyId: 'other', fingerprint: 'bb' } as const, 'changed', true],
    [null, { state: 'sound', proxyId: 'other', fingerprint: 'bb' } as const, 'sound', false],
  ])('known %j, found %j: %s, alarm %s', (before, found, state, alarmed) => {
    const result = compareKey(before, found);
    expect(result.state).toBe(state);
    expect(result.alarm !== null).toBe(alarmed);
  });
});
