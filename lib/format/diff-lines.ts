/** A unified diff as lines with their meaning. Pure; shared by the panel and the CLI. */

export interface DiffLine {
  /** `place` says where in the file the next lines stand; `file` names the two files. */
  kind: 'added' | 'removed' | 'place' | 'file' | 'same';
  text: string;
}

/** The marks stay in the text: colour is never all that tells the two apart. */
export function diffLines(diff: string): DiffLine[] {
  // Some programs draw a line of `=` above the names of the files.
  const lines = diff
    .replace(/^(Index: .*\n|=+\n)+/, '')
    .replace(/\n$/, '')
    .split('\n');
  const firstPlace = lines.findIndex((text) => text.startsWith('@@'));
  return lines.map((text, at) => {
    // `--- a` is a file's name before the first place, and a removed line `-- a` after it.
    if (at < firstPlace && /^(---|\+\+\+) /.test(text)) return { kind: 'file', text };
    if (text.startsWith('@@')) return { kind: 'place', text };
    if (text.startsWith('+')) return { kind: 'added', text };
    if (text.startsWith('-')) return { kind: 'removed', text };
    return { kind: 'same', text };
  });
}

/** For those who do not read diffs. */
export function countChanges(lines: readonly DiffLine[]): { added: number; removed: number } {
  const count = (kind: DiffLine['kind']) => lines.filter((line) => line.kind === kind).length;
  return { added: count('added'), removed: count('removed') };
}
