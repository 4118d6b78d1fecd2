/**
 * The typed client of the agent, over its Unix socket. The panel (with a session) and the CLI (on root's socket)
 * both use it; replies are parsed against the contract.
 */
import { Agent as HttpAgent, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { AppError } from '../contract/errors.ts';
import {
  type CallName,
  type Input,
  type OperationName,
  type Output,
  operations,
  type StreamName,
} from '../contract/operations.ts';
import { operationPath, patienceMs, SESSION_HEADER, VERSION, VERSION_HEADER } from '../contract/transport.ts';

export interface ClientOptions {
  socketPath: string;
  /** The administrator's session; root's socket needs none. */
  session?: string;
}

export interface Client {
  /** Calls an operation. @throws AppError with the agent's code, or `agent_unreachable`. */
  call<N extends CallName>(
    name: N,
    input: Input<N>,
    options?: { signal?: AbortSignal; timeoutMs?: number },
  ): Promise<Output<N>>;
  /** Opens a stream; ends when the agent ends it, the caller stops iterating, or the signal aborts. */
  stream<N extends StreamName>(
    name: N,
    input: Input<N>,
    options?: { signal?: AbortSignal },
  ): AsyncGenerator<Output<N>, void, void>;
}

// One pool for the whole process: the panel makes a client a request, the connections outlive it.
const pool = new HttpAgent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 8 });

export function createClient(options: ClientOptions): Client {
  return {
    async call(name, input, { signal, timeoutMs = patienceMs(name) } = {}) {
      const response = await send(
        options,
        name,
        input,
        pool,
        AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
      );
      const body = await readJson(response);
      if (response.statusCode !== 200) throw AppError.fromJSON(body);
      return parseOutput(name, body);
    },
    async *stream(name, input, { signal } = {}) {
      const left = new AbortController();
      const response = await send(
        options,
        name,
        input,
        false,
        AbortSignal.any([left.signal, ...(signal ? [signal] : [])]),
      );
      try {
        if (response.statusCode !== 200) throw AppError.fromJSON(await readJson(response));
        for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
          if (line === '') continue; // heartbeat
          const value: unknown = JSON.parse(line);
          if (isStreamError(value)) throw AppError.fromJSON(value.error);
          yield parseOutput(name, value);
        }
      } catch (error) {
        if (signal?.aborted) return;
        throw error instanceof AppError ? error : unreachable(error);
      } finally {
        left.abort();
        response.destroy();
      }
    },
  };
}

/** An error after a stream has begun travels as a last line. */
function isStreamError(value: unknown): value is { error: unknown } {
  return typeof value === 'object' && value !== null && Object.keys(value).join() === 'error';
}

function parseOutput<N extends OperationName>(name: N, body: unknown): Output<N> {
  const parsed = operations[name].output.safeParse(body);
  if (parsed.success) return parsed.data as Output<N>;
  throw new AppError('internal', {
    message: `The agent's answer to ${name} is not what this version (${VERSION}) expects.`,
    remedy: 'Agent and panel may be of different versions: run `sudo ./conduit up` again.',
    cause: parsed.error,
  });
}

function send(
  options: ClientOptions,
  name: OperationName,
  input: unknown,
  agent: HttpAgent | false,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = JSON.stringify(input);
  return new Promise((resolve, reject) => {
    const outgoing = request({
      socketPath: options.socketPath,
      agent,
      method: 'POST',
      path: operationPath(name),
      signal,
      headers: {
        host: 'agent',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        [VERSION_HEADER]: VERSION,
        ...(options.session === undefined ? {} : { [SESSION_HEADER]: options.session }),
      },
    });
    outgoing.once('response', resolve);
    outgoing.once('error', (error) =>
      reject(
        signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
          ? timedOut(name)
          : unreachable(error),
      ),
    );
    outgoing.end(body);
  });
}

async function readJson(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new AppError('internal', { message: 'The agent sent an answer that is not JSON.', cause });
  }
}

function timedOut(name: string): AppError {
  return new AppError('timed_out', {
    message: `The agent did not answer ${name} in time.`,
    remedy: 'See `conduit logs --agent`.',
  });
}

function unreachable(cause: unknown): AppError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'EACCES') {
    return new AppError('forbidden', {
      message: 'This needs root.',
      remedy: 'Run the command with sudo.',
      cause,
    });
  }
  return new AppError('agent_unreachable', {
    message: 'The agent does not answer on its socket.',
    remedy: 'Start it with `sudo ./conduit up`; its log is shown by `sudo conduit logs --agent`.',
    cause,
  });
}
