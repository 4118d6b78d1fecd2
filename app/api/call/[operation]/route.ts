import { AppError } from '../../../../lib/contract/errors.ts';
import { type CallName, operations } from '../../../../lib/contract/operations.ts';
import { callAgent } from '../../../_server/call.ts';
import { errorResponse } from '../../../_server/event-stream.ts';

/** Any reading operation of the contract, for the page's queries. What changes something is a server action. */
export async function POST(
  request: Request,
  { params }: RouteContext<'/api/call/[operation]'>,
): Promise<Response> {
  try {
    const { operation } = await params;
    if (!isReadingCall(operation)) {
      throw new AppError('not_found', { message: 'There is no such reading operation.' });
    }
    const result = await callAgent(operation, await readJson(request));
    if (!result.ok) throw AppError.fromJSON(result.error);
    return Response.json(result.data, { headers: { 'cache-control': 'no-store' } });
  } catch (error) {
    return errorResponse(error);
  }
}

/** `session.end` reads nothing and ends something: it stays with sign-out. */
function isReadingCall(name: string): name is CallName {
  if (!Object.hasOwn(operations, name) || name === 'session.end') return false;
  const { access, kind } = operations[name as CallName];
  return access === 'read' && kind === 'call';
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch (cause) {
    throw new AppError('invalid_input', { message: 'The request is not JSON.', cause });
  }
}
