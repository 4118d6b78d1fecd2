import { AppError } from '../../../../lib/contract/errors.ts';
import { parseInput } from '../../../../lib/contract/fields.ts';
import {
  FILE_POINTS,
  type HistoryExportRow,
  historyExportQuerySchema,
} from '../../../../lib/contract/history.ts';
import { historyCsvHead, historyCsvRow } from '../../../../lib/format/history-csv.ts';
import { agentFor } from '../../../_server/agent.ts';
import { currentSession } from '../../../_server/auth.ts';
import { errorResponse } from '../../../_server/event-stream.ts';
import { openStreams } from '../../../_server/open-streams.ts';

export const dynamic = 'force-dynamic';

const encoder = new TextEncoder();

/** History as a file: `?format=csv|json&by=…&source=…&from=…&to=…`. Rows are sent on as the agent gives them. */
export async function GET(request: Request): Promise<Response> {
  const left = openStreams().open(request.signal);
  try {
    const session = await currentSession();
    if (session === null) throw new AppError('unauthenticated', { message: 'Sign in first.' });
    const params = new URL(request.url).searchParams;
    const format = params.get('format') === 'json' ? 'json' : 'csv';
    const query = parseInput(historyExportQuerySchema, {
      by: params.get('by') ?? 'total',
      ...(params.has('source') ? { source: params.get('source') } : {}),
      from: Number(params.get('from') ?? Number.NaN),
      to: Number(params.get('to') ?? Number.NaN),
      maxPoints: Number(params.get('maxPoints') ?? FILE_POINTS),
    });
    const rows = agentFor(session.agentToken).stream('history.export', query, { signal: left.signal });
    const first = await rows.next();
    const name = `conduit-${query.by}-${day(query.from)}-${day(query.to)}.${format}`;
    return new Response(fileStream(linesOf(format, query.by, first, rows), left), {
      headers: {
        'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
      },
    });
  } catch (error) {
    left.abort();
    return errorResponse(error);
  }
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The file, line by line; JSON is one array. */
async function* linesOf(
  format: 'csv' | 'json',
  by: 'total' | 'station' | 'country',
  first: IteratorResult<HistoryExportRow, void>,
  rows: AsyncGenerator<HistoryExportRow, void, void>,
): AsyncGenerator<string> {
  if (format === 'csv') yield `${historyCsvHead(by)}\r\n`;
  else yield '[';
  let separator = '\n';
  for (let next = first; !next.done; next = await rows.next()) {
    if (format === 'csv') yield `${historyCsvRow(by, next.value)}\r\n`;
    else {
      yield `${separator}${JSON.stringify(next.value)}`;
      separator = ',\n';
    }
  }
  if (format === 'json') yield '\n]\n';
}

function fileStream(lines: AsyncGenerator<string>, left: AbortController): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) {
        left.abort();
        controller.close();
      } else controller.enqueue(encoder.encode(value));
    },
    cancel: () => left.abort(),
  });
}
