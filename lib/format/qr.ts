/** A text as a QR code, for a page and for a terminal. Pure. */
import { encode } from 'uqr';

/** Light modules all around it that a scanner needs (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/** Rows of modules, true for dark, with the quiet zone. */
export function qrModules(text: string): boolean[][] {
  return encode(text, { ecc: 'L', boostEcc: false, border: QUIET_ZONE }).data;
}

/** The dark modules as one path of an SVG whose view box has a unit for each module. */
export function qrPath(modules: readonly (readonly boolean[])[]): string {
  return modules
    .flatMap((row, y) => darkRuns(row).map(({ from, length }) => `M${from} ${y}h${length}v1h-${length}z`))
    .join('');
}

function darkRuns(row: readonly boolean[]): { from: number; length: number }[] {
  const runs: { from: number; length: number }[] = [];
  row.forEach((dark, x) => {
    const last = runs.at(-1);
    if (!dark) return;
    if (last !== undefined && last.from + last.length === x) last.length += 1;
    else runs.push({ from: x, length: 1 });
  });
  return runs;
}

/** Two rows of modules a line. The light ones are drawn, since most terminals are dark. */
export function qrLines(text: string): string[] {
  const modules = qrModules(text);
  const lines: string[] = [];
  for (let y = 0; y < modules.length; y += 2) {
    const [upper = [], lower = []] = [modules[y], modules[y + 1]];
    lines.push(upper.map((dark, x) => HALVES[`${!dark}-${!(lower[x] ?? true)}`]).join(''));
  }
  return lines;
}

/** By whether the upper and the lower module are light. */
const HALVES: Record<string, string> = {
  'true-true': '█',
  'true-false': '▀',
  'false-true': '▄',
  'false-false': ' ',
};
