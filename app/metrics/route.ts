import { ERRORS } from '../../lib/contract/errors.ts';
import { agentFor } from '../_server/agent.ts';
import { errorBody } from '../_server/call.ts';

export const dynamic = 'force-dynamic';

/** Every figure for Prometheus, to whoever has the token; no session is asked for. */
export async function GET(request: Request): Promise<Response> {
  const token = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(request.headers.get('authorization') ?? '')?.[1];
  try {
    const { text } = await agentFor(null).call('metrics.scrape', token === undefined ? {} : { token });
    return plain(200, text, 'text/plain; version=0.0.4; charset=utf-8');
  } catch (error) {
    const { code, message, remedy } = errorBody(error);
    return plain(
      ERRORS[code].status,
      `${message}${remedy ? ` ${remedy}` : ''}\n`,
      'text/plain; charset=utf-8',
    );
  }
}

function plain(status: number, text: string, type: string): Response {
  return new Response(text, {
    status,
    headers: {
      'content-type': type,
      'cache-control': 'no-store',
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
  });
}
