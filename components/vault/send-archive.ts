import { PART_BYTES, type VaultPut } from '../../lib/contract/vault.ts';
import type { Result } from '../data/result.ts';

/** Hands a file to the agent, part by part. @returns its name in the vault */
export async function sendArchive(
  put: (part: VaultPut) => Promise<Result<{ id: string | null }>>,
  file: File,
  onProgress: (share: number) => void,
): Promise<Result<{ id: string }>> {
  const upload = crypto.getRandomValues(new Uint8Array(16)).reduce((text, byte) => text + hex(byte), '');
  for (let offset = 0; ; offset += PART_BYTES) {
    const bytes = new Uint8Array(await file.slice(offset, offset + PART_BYTES).arrayBuffer());
    const isLast = offset + PART_BYTES >= file.size;
    const content = toBase64(bytes);
    const result = await put({ upload, offset, content, ...(isLast ? { name: file.name } : {}) });
    if (!result.ok) return result;
    if (result.data.id !== null) return { ok: true, data: { id: result.data.id } };
    onProgress((offset + bytes.length) / file.size);
  }
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  // Fewer arguments than any engine's limit at a time.
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
