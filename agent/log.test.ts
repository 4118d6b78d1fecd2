import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AppError } from '../lib/contract/errors.ts';
import { CommandError, run } from '../lib/host/run.ts';
import { createLog } from './log.ts';

/** Never a client of anybody: addresses for examples. */
const CLIENTS = ['203.0.113.77', '2001:db8:0:0:0:0:61:63', '2001:db8::61:63'];
const FLOWS = CLIENTS.map((address) => `udp 17 29 src=${address} dst=172.30.0.2 sport=4567 dport=443`);

function logged(error: unknown): string {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  log.warn({ err: error }, 'clients were not led away');
  return lines.join('');
}

/** Fails as a program does that has printed its input. */
async function failed(script: string, input = ''): Promise<CommandError> {
  const error = await run('sh', ['-c', script], { input }).catch((one: unknown) => one);
  if (!(error instanceof CommandError)) throw new Error('it did not fail');
  return error;
}

describe('the log', () => {
  it('never has what a program printed, whose error has it', async () => {
    const error = await failed('tee /dev/stderr; echo "and then?" >&2; exit 3', FLOWS.join('\n'));
    expect(error.stdout).toContain(CLIENTS[0]);
    const around = new AppError('internal', { message: 'It failed.', cause: error });
    for (const text of [logged(error), logged(around), inspect(error), JSON.stringify(error)])
      for (const address of CLIENTS) expect(text.includes(address), 'an address').toBe(false);
  });

  it('says what kind of error it was, why and where', async () => {
    const error = await failed('echo "no such table" >&2; exit 3');
    const line = JSON.parse(logged(new AppError('internal', { message: 'It failed.', cause: error })));
    expect(line.err).toMatchObject({ type: 'AppError', code: 'internal', message: 'It failed.' });
    expect(line.err.cause.message).toContain('exit code 3: no such table');
    expect(line.err.cause.stack).toContain('run.ts');
  });

  it('says what was thrown that is no error, and ends where causes go round', () => {
    expect(JSON.parse(logged(`bad: ${CLIENTS[0]}`)).err.message).toBe('bad: [address]');
    const round = new Error('round');
    round.cause = round;
    expect(logged(round)).toContain('"round"');
  });
});
