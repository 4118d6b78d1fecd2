/** An update in words, before it happens. */
import type { ImageState, UpdateReport } from '../lib/contract/update.ts';
import { plural } from '../lib/format/count.ts';
import { shortId } from '../lib/format/image.ts';
import { formatDateTime } from '../lib/format/time.ts';
import type { Style } from './command.ts';
import { textTable } from './text-table.ts';

export function updateLines(report: UpdateReport, style: Style): string[] {
  const { current, candidate, changes, canary, stations, connected, notes } = report;
  return [
    ...textTable(
      ['', 'image', 'content', 'version', 'made'].map((head) => ({ head })),
      [
        ['now', ...imageCells(current)],
        [{ text: 'new', paint: style.bold }, ...imageCells(candidate)],
      ],
    ),
    ...(changes.length === 0
      ? []
      : ['', ...changes.flatMap(({ what, from, to }) => [`${what}:`, `  - ${from}`, `  + ${to}`])]),
    '',
    canary === null
      ? 'There is no station to try it on.'
      : `${canary.name} tries it first (${plural(canary.connected, 'client')} connected), then ${stations === 1 ? 'that is all' : `the other ${plural(stations - 1, 'station')} follow, a few at a time`}.`,
    ...(connected > 0
      ? [
          `About ${plural(connected, 'person', 'people')} in all will be disconnected once, after the drain time.`,
        ]
      : []),
    ...notes,
  ];
}

function imageCells(image: ImageState | null): string[] {
  if (image === null) return ['–', '–', '–', '–'];
  const { reference, id, version, createdAt } = image;
  return [reference, shortId(id), version ?? '–', createdAt === null ? '–' : formatDateTime(createdAt)];
}
