/** The tuning as text for a terminal. Pure. */
import type { TuningOutcome, TuningReport, TuningResult } from '../lib/contract/tuning.ts';
import { bootWords, OUTCOMES, outcomesSentence, ROW_STATES, tuningSentence } from '../lib/format/tuning.ts';
import type { Style } from './command.ts';
import { type Cell, textTable } from './text-table.ts';

export function tuningView(report: TuningReport, style: Style): string {
  const rows = report.rows.map((row): Cell[] => [
    row.key,
    row.now ?? '–',
    row.after === row.now ? '' : (row.after ?? '–'),
    painted(ROW_STATES[row.state], row.drift ? 'change' : row.state, style),
    [row.note, bootWords(row)].filter((text) => text !== null).join('; '),
  ]);
  const [head = '', ...lines] = textTable(
    [{ head: 'Parameter' }, { head: 'Now' }, { head: 'After' }, { head: 'State' }, { head: '' }],
    rows,
  );
  return [style.bold(head), ...lines, '', tuningSentence(report)].join('\n');
}

export function tuningResultView({ outcomes, report }: TuningResult, style: Style): string {
  const rows = outcomes.map((one): Cell[] => [
    one.key,
    oneLine(one.before),
    one.after === one.before ? '' : oneLine(one.after),
    painted(OUTCOMES[one.outcome], one.outcome, style),
    one.note ?? '',
  ]);
  const [head = '', ...lines] = textTable(
    [{ head: 'Parameter' }, { head: 'Before' }, { head: 'Now' }, { head: 'Outcome' }, { head: '' }],
    rows,
  );
  const table = outcomes.length === 0 ? [] : [style.bold(head), ...lines, ''];
  const files = report.files.map((path) => `Written: ${path}`);
  return [...table, `Kernel: ${outcomesSentence(outcomes)}.`, ...files].join('\n');
}

function oneLine(value: string | null): string {
  return value === null ? '–' : value.replace(/\s+/g, ' ');
}

type State = TuningReport['rows'][number]['state'] | TuningOutcome['outcome'];

function painted(text: string, state: State, style: Style): Cell {
  if (state === 'change' || state === 'waiting') return { text, paint: style.yellow };
  if (state === 'impossible') return { text, paint: style.dim };
  return { text, paint: style.green };
}
