/**
 * The agent's door: two Unix sockets, one table of operations. For each request, in this order: refuse what a
 * browser could have sent, find the operation, check access, parse, call, validate the answer, write it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { AppError, ERRORS } from '../lib/contract/errors.ts';
import { parseInput } from '../lib/contract/fields.ts';
import { type OperationName, operations } from '../lib/contract/operations.ts';
import { MAX_BODY_BYTES, operationPath, SESSION_HEADER } from '../lib/contract/transport.ts';
import type { Deps } from './deps.ts';
import type { Caller } from './operations/handler.ts';
import { handlers } from './operations/table.ts';
import { sendStream } from './stream.ts';

/** Which socket a request came in on decides what it may do. */
export type Door = 'panel' | 'root';

const byPath = new Map(
  (Object.keys(operations) as OperationName[]).map((name) => [operationPath(name), name]),
);

export function createAgentServer(deps: Deps, door: Door): Server {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const started = performance.now();
    const name = byPath.get(request.url ?? '');
    handle(deps, door, name, request, response)
      .catch((error: unknown) => sendError(response, deps.log, name, error))
      .finally(() => {
        const ms = Math.round(performance.now() - started);
        deps.log.debug({ operation: name, door, status: response.statusCode, ms }, 'answered');
      });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  return server;
}

async function handle(
  deps: Deps,
  door: Door,
  name: OperationName | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  refuseBrowsers(request);
  if (name === undefined || request.method !== 'POST') {
    throw new AppError('not_found', {
      message: 'There is no such operation.',
      remedy: 'Agent and caller may be of different versions: run `sudo ./conduit up` again.',
    });
  }
  const left = new AbortController();
  response.once('close', () => left.abort());
  const caller = authorize(deps, door, name, request, left.signal);
  const operation = operations[name];
  const input = parseInput(operation.input, await readBody(request));
  // The table pairs each name with its own handler; TypeScript cannot follow that through a variable name.
  const handler = handlers[name] as (deps: Deps, input: unknown, caller: Caller) => unknown;
  if (operation.kind === 'stream') {
    const stillAllowed = () => {
      if (caller.session !== null) deps.identity.authenticate(caller.session);
    };
    await sendStream(
      response,
      handler(deps, input, caller) as AsyncIterable<unknown>,
      operation.output,
      stillAllowed,
      left.signal,
    );
    return;
  }
  const output = operation.output.parse(await handler(deps, input, caller));
  sendJson(response, 200, JSON.stringify(output));
}

/** No browser belongs on these sockets; a forwarded request of one carries these headers. */
function refuseBrowsers(request: IncomingMessage): void {
  const { origin, referer, host } = request.headers;
  if (origin !== undefined || referer !== undefined || host !== 'agent') {
    throw new AppError('forbidden', {
      message: 'This socket answers the panel and the `conduit` command only.',
    });
  }
}

function authorize(
  deps: Deps,
  door: Door,
  name: OperationName,
  request: IncomingMessage,
  signal: AbortSignal,
): Caller {
  const { access } = operations[name];
  if (door === 'root') return { actor: 'root', session: null, signal };
  if (access === 'root')
    throw new AppError('forbidden', { message: 'Only root may do this, on the server itself.' });
  if (access === 'open') return { actor: 'nobody', session: null, signal };
  const token = request.headers[SESSION_HEADER];
  if (typeof token !== 'string' || token === '')
    throw new AppError('unauthenticated', { message: 'Sign in first.' });
  return { actor: deps.identity.authenticate(token).username, session: token, signal };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new AppError('invalid_input', { message: `The request is larger than ${MAX_BODY_BYTES} bytes.` });
    chunks.push(chunk);
  }
  try {
    return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new AppError('invalid_input', { message: 'The request is not JSON.', cause });
  }
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function sendError(
  response: ServerResponse,
  log: Logger,
  name: OperationName | undefined,
  error: unknown,
): void {
  const known =
    error instanceof AppError
      ? error
      : new AppError('internal', {
          message: 'The agent failed; its log says why.',
          remedy: 'See `sudo conduit logs --agent`.',
          cause: error,
        });
  if (!ERRORS[known.code].expected)
    log.error({ err: known.cause ?? known, operation: name }, 'operation failed');
  if (response.headersSent) response.destroy();
  else sendJson(response, ERRORS[known.code].status, JSON.stringify(known));
}
