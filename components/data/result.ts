import type { ErrorBody } from '../../lib/contract/errors.ts';

/** What a server action or a read on the server comes back with: never an exception, always typed. */
export type Result<T> = { ok: true; data: T } | { ok: false; error: ErrorBody };
