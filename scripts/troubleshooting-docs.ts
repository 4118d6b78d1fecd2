/** Writes docs/troubleshooting.md from the doctor's catalogue: `node scripts/troubleshooting-docs.ts`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderTroubleshooting } from '../lib/doctor/docs.ts';

writeFileSync(join(import.meta.dirname, '../docs/troubleshooting.md'), renderTroubleshooting());
