import { describe, expect, it } from 'vitest';
import { run } from '../host/run.ts';
import { removeTrackerTable } from './tracker-table.ts';

const tables = async () => (await run('nft', ['list', 'tables'])).stdout;

describe.runIf(process.getuid?.() === 0)('removeTrackerTable', () => {
  it('takes the sets of an agent that is gone, and is content where there are none', async () => {
    await run('nft', ['add', 'table', 'inet', 'trkunit_geo']);
    expect(await tables()).toContain('trkunit_geo');
    for (let i = 0; i < 2; i++) await removeTrackerTable({ prefix: 'trkunit' });
    expect(await tables()).not.toContain('trkunit_geo');
  });
});
