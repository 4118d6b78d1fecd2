import { describe, expect, it } from 'vitest';
import { run } from './run.ts';

describe('run', () => {
  it('throws away what shall not be read, however much it is', async () => {
    // More than is ever collected.
    const { stdout } = await run('head', ['-c', '6000000', '/dev/zero'], { discard: true });
    expect(stdout).toBe('');
    await expect(run('sh', ['-c', 'echo secret; exit 4'], { discard: true })).rejects.toMatchObject({
      exitCode: 4,
      stdout: '',
    });
  });
});
