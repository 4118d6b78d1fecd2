import type { OperationName, Output, Parsed, StreamName } from '../../lib/contract/operations.ts';
import type { Deps } from '../deps.ts';

/** Who calls, as the server established it before the operation runs. */
export interface Caller {
  /** Administrator's name, or `root` on root's socket, or `nobody` for open operations. */
  actor: string;
  /** The session token of a panel call, for `session.end`; null on root's socket. */
  session: string | null;
  /** Aborts when the caller leaves. */
  signal: AbortSignal;
}

/** An operation takes parsed input and returns or throws; it never sees a request. */
export type Handler<N extends OperationName> = (
  deps: Deps,
  input: Parsed<N>,
  caller: Caller,
) => N extends StreamName ? AsyncIterable<Output<N>> : Promise<Output<N>> | Output<N>;

export type Handlers<N extends OperationName = OperationName> = { [K in N]: Handler<K> };
