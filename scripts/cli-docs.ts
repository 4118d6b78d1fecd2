// Writes docs/cli.md.
import { writeFile } from 'node:fs/promises';
import { renderCliDocs } from '../cli/docs.ts';

await writeFile('docs/cli.md', renderCliDocs());
