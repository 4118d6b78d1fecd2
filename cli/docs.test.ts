import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderCliDocs } from './docs.ts';

it('docs/cli.md tells what the commands are now (else: node scripts/cli-docs.ts)', () => {
  expect(readFileSync(join(import.meta.dirname, '../docs/cli.md'), 'utf8')).toBe(renderCliDocs());
});
