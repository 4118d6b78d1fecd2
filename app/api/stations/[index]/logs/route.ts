import { streamAgent } from '../../../../_server/event-stream.ts';

export const dynamic = 'force-dynamic';

/** A station's log, the last lines and then each new one. `?tail=` bounds how far back it goes. */
export async function GET(
  request: Request,
  { params }: RouteContext<'/api/stations/[index]/logs'>,
): Promise<Response> {
  const tail = new URL(request.url).searchParams.get('tail');
  const station = Number((await params).index);
  return streamAgent('station.logs', tail === null ? { station } : { station, tail: Number(tail) }, request);
}
