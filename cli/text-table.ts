/** Rows as columns of equal width. Pure. */

/** Text, or text with the colour it gets once its column is wide enough. */
export type Cell = string | { text: string; paint: (text: string) => string };

export interface Column {
  head: string;
  align?: 'left' | 'right';
}

/** The head first; nothing is left behind the last column's text. */
export function textTable(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string[] {
  const widths = columns.map(({ head }, at) =>
    Math.max(head.length, ...rows.map((row) => textOf(row[at] ?? '').length)),
  );
  const draw = (cells: readonly Cell[]) =>
    cells
      .map((cell, at) => {
        const text = textOf(cell);
        const width = widths[at] ?? text.length;
        const isLast = at === columns.length - 1;
        const padded =
          columns[at]?.align === 'right' ? text.padStart(width) : isLast ? text : text.padEnd(width);
        return typeof cell === 'string' ? padded : cell.paint(padded);
      })
      .join('  ')
      .trimEnd();
  return [draw(columns.map(({ head }) => head)), ...rows.map(draw)];
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}
