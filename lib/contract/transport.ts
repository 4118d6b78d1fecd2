/** How a call travels over the agent's Unix sockets: POST /v1/<operation>, JSON in, JSON or one JSON value a line out. */
export const SESSION_HEADER = 'x-conduit-session';
export const VERSION_HEADER = 'x-conduit-version';
export const VERSION = '2.0.0';
/** Largest request body the agent reads. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** How long a caller waits for an answer. Opening an archive is a second of arithmetic, or many where others wait before it. */
export function patienceMs(name: string): number {
  return name === 'vault.open' || name === 'vault.restore' ? 300_000 : 30_000;
}

export function operationPath(name: string): string {
  return `/v1/${name}`;
}
