import { streamAgent } from '../../../_server/event-stream.ts';

export const dynamic = 'force-dynamic';

/** One job: its state, its log so far, then every change until it ends. */
export async function GET(request: Request, { params }: RouteContext<'/api/jobs/[id]'>): Promise<Response> {
  return streamAgent('job.watch', { id: (await params).id }, request);
}
