import { streamAgent } from '../../_server/event-stream.ts';

export const dynamic = 'force-dynamic';

/** The snapshot whenever the agent makes one. */
export function GET(request: Request): Promise<Response> {
  return streamAgent('snapshot.watch', {}, request);
}
