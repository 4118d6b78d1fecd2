// Rewrites the panel's server code so that it is ASCII: Node keeps a program's text in memory, and at twice the size when a
// single letter of it is beyond Latin-1. Run after `next build`.
import { glob, readFile, writeFile } from 'node:fs/promises';
import { transform } from 'esbuild';

const BEYOND_ASCII = /[^\p{ASCII}]/u;

for await (const path of glob('.next/standalone/.next/server/**/*.js')) {
  const code = await readFile(path, 'utf8');
  if (!BEYOND_ASCII.test(code)) continue;
  const { code: ascii } = await transform(code, {
    charset: 'ascii',
    minifyWhitespace: true,
    target: 'node22',
  });
  await writeFile(path, ascii);
}
