import { AppError } from '../../../../lib/contract/errors.ts';
import { parseInput } from '../../../../lib/contract/fields.ts';
import { archiveReferenceSchema } from '../../../../lib/contract/vault.ts';
import { agentFor } from '../../../_server/agent.ts';
import { currentSession } from '../../../_server/auth.ts';
import { errorResponse } from '../../../_server/event-stream.ts';
import { openStreams } from '../../../_server/open-streams.ts';

export const dynamic = 'force-dynamic';

/** An archive as a file. It is sealed: what passes here opens with its passphrase only. */
export async function GET(request: Request, { params }: RouteContext<'/api/vault/[id]'>): Promise<Response> {
  const left = openStreams().open(request.signal);
  try {
    const session = await currentSession();
    if (session === null) throw new AppError('unauthenticated', { message: 'Sign in first.' });
    const { id } = parseInput(archiveReferenceSchema, await params);
    const parts = agentFor(session.agentToken).stream('vault.download', { id }, { signal: left.signal });
    // What is wrong is told before the file begins.
    const first = await parts.next();
    return new Response(fileStream(first, parts, left), {
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${id}"`,
        'cache-control': 'no-store',
      },
    });
  } catch (error) {
    left.abort();
    return errorResponse(error);
  }
}

type Part = { content: string };

function fileStream(
  first: IteratorResult<Part, void>,
  parts: AsyncGenerator<Part, void, void>,
  left: AbortController,
): ReadableStream<Uint8Array> {
  let next = first;
  return new ReadableStream({
    async pull(controller) {
      if (next.done) {
        // A panel that stops must not leave half a file that looks whole.
        if (left.signal.aborted) controller.error(new Error('the panel stopped'));
        else controller.close();
        left.abort();
        return;
      }
      controller.enqueue(Buffer.from(next.value.content, 'base64'));
      next = await parts.next();
    },
    cancel: () => left.abort(),
  });
}
