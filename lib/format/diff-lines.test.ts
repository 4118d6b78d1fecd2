import { expect, it } from 'vitest';
import { countChanges, diffLines } from './diff-lines.ts';

const DIFF = `===================================================================
--- live
+++ wanted
@@ -1,3 +1,3 @@
 stream {
-  listen 443;
--- a line that began with two dashes
+  listen 8443;
 }
`;

it('knows each line of a unified diff, and leaves its mark', () => {
  const lines = diffLines(DIFF);
  expect(lines.map(({ kind }) => kind)).toEqual([
    'file',
    'file',
    'place',
    'same',
    'removed',
    'removed',
    'added',
    'same',
  ]);
  expect(lines.map(({ text }) => text).join('\n')).toBe(DIFF.slice(DIFF.indexOf('---')).trimEnd());
  expect(countChanges(lines)).toEqual({ added: 1, removed: 2 });
});

it('reads one without names of files', () => {
  expect(diffLines('@@ -1 +1 @@\n-a\n+b').map(({ kind }) => kind)).toEqual(['place', 'removed', 'added']);
});
