/**
 * The station's key, which carries the reputation it earned over weeks. The station program overwrites a key it
 * cannot read without a word, so it is checked here before a station is started. Secrets leave this file by
 * `readKeyFile` alone, for the vault.
 */

import { createHash, createPrivateKey, createPublicKey, hkdfSync, pbkdf2Sync } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import * as z from 'zod';
import type { StationDetail } from '../contract/fleet.ts';
import { parseJson } from '../contract/json.ts';

export type KeyInspection =
  | { state: 'sound'; proxyId: string; fingerprint: string }
  | { state: 'missing' | 'empty' | 'invalid' | 'unknown'; reason: string };

export const KEY_FILE = 'conduit_key.json';
const MAX_KEY_BYTES = 64 * 1024;
const fileSchema = z.object({ mnemonic: z.string().optional(), privateKeyBase64: z.string() });
/** Prefix that makes a 32-byte ed25519 seed a PKCS #8 key (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const FIELD = 2n ** 255n - 19n;

/**
 * Checks the content of conduit_key.json: the public half belongs to the seed, the seed to the mnemonic. The
 * station itself checks only the length, and would run with a damaged half.
 */
export function inspectKey(content: string | null): KeyInspection {
  if (content === null) return { state: 'missing', reason: 'the file is missing' };
  if (content.trim() === '') return { state: 'empty', reason: 'the file is empty' };
  const parsed = fileSchema.safeParse(parseJson(content));
  if (!parsed.success) return { state: 'invalid', reason: 'the file is not the JSON of a key' };
  const bytes = Buffer.from(parsed.data.privateKeyBase64, 'base64');
  if (
    bytes.length !== 64 ||
    bytes.toString('base64').replace(/=+$/, '') !== parsed.data.privateKeyBase64.replace(/=+$/, '')
  ) {
    return { state: 'invalid', reason: 'the key is not 64 bytes of base64' };
  }
  const [seed, publicKey] = [bytes.subarray(0, 32), bytes.subarray(32)];
  if (!publicKeyOf(seed).equals(publicKey))
    return { state: 'invalid', reason: 'the two halves of the key do not belong together' };
  const { mnemonic } = parsed.data;
  if (mnemonic !== undefined && mnemonic !== '' && !seedOf(mnemonic).equals(seed)) {
    return { state: 'invalid', reason: 'the key does not belong to its mnemonic' };
  }
  return {
    state: 'sound',
    proxyId: proxyIdOf(publicKey),
    fingerprint: createHash('sha256').update(publicKey).digest('hex'),
  };
}

/** Reads and checks the key of a volume. A symbolic link in its place is not followed: the volume is the station's. */
export async function readVolumeKey(dataDir: string): Promise<KeyInspection> {
  try {
    return inspectKey((await readKeyFile(dataDir))?.toString('utf8') ?? null);
  } catch (error) {
    if (error instanceof UnusableKeyFile) return { state: 'invalid', reason: error.message };
    const { code } = error as NodeJS.ErrnoException;
    return { state: 'unknown', reason: `the file cannot be read (${code ?? 'no reason given'})` };
  }
}

/** Changes whenever the key's file does; null when there is none. */
export async function keyFileStamp(dataDir: string): Promise<string | null> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await lstat(`${dataDir}/${KEY_FILE}`);
    return [ino, size, mtimeMs, ctimeMs].join(' ');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Not even to be read. */
export class UnusableKeyFile extends Error {}

/** The bytes of a volume's key file, null where there is none. @throws UnusableKeyFile */
export async function readKeyFile(dataDir: string): Promise<Buffer | null> {
  try {
    const file = await open(
      `${dataDir}/${KEY_FILE}`,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      const { size } = await file.stat();
      if (size > MAX_KEY_BYTES)
        throw new UnusableKeyFile(`the file has ${size} bytes, a key has a few hundred`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP') throw new UnusableKeyFile('the file is a symbolic link');
    throw error;
  }
}

/**
 * What was seen before against what is there now.
 * @returns `alarm`: why the station must not be started, null when it may
 */
export function compareKey(
  known: { proxyId: string; fingerprint: string } | null,
  found: KeyInspection,
): { state: StationDetail['keyState']; alarm: string | null } {
  if (found.state === 'sound') {
    if (known === null || known.fingerprint === found.fingerprint) return { state: 'sound', alarm: null };
    return {
      state: 'changed',
      alarm: `its key is not the one it had: Proxy ID ${known.proxyId} became ${found.proxyId}`,
    };
  }
  if (found.state === 'missing' && known === null) return { state: 'absent', alarm: null };
  if (found.state === 'unknown' && known === null) return { state: 'unknown', alarm: null };
  const identity = known === null ? '' : `; it had Proxy ID ${known.proxyId}`;
  return { state: found.state, alarm: `${found.reason}${identity}` };
}

function publicKeyOf(seed: Buffer): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
}

/** BIP39 seed without a passphrase, then HKDF-SHA256 with the station's own label. */
function seedOf(mnemonic: string): Buffer {
  const bip39 = pbkdf2Sync(mnemonic.normalize('NFKD'), 'mnemonic', 2048, 64, 'sha512');
  return Buffer.from(hkdfSync('sha256', bip39, Buffer.alloc(0), 'conduit-inproxy-key', 32));
}

/** The Curve25519 u-coordinate of the ed25519 key, u = (1 + y) / (1 − y), as unpadded base64. */
function proxyIdOf(publicKey: Buffer): string {
  let y = 0n;
  for (let i = 31; i >= 0; i--) y = (y << 8n) | BigInt((publicKey[i] ?? 0) & (i === 31 ? 0x7f : 0xff));
  let u = mod((1n + y) * power(mod(1n - y), FIELD - 2n));
  const bytes = Buffer.alloc(32);
  for (let i = 0; i < 32; i++) {
    bytes[i] = Number(u & 0xffn);
    u >>= 8n;
  }
  return bytes.toString('base64').replace(/=+$/, '');
}

function mod(value: bigint): bigint {
  return ((value % FIELD) + FIELD) % FIELD;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
  return result;
}
