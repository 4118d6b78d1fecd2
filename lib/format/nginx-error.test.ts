import { expect, it } from 'vitest';
import { explainNginxError } from './nginx-error.ts';

it.each([
  [
    'error: connect() failed (111: Connection refused) while connecting to upstream, port 443, station 3 port 443',
    /does not listen/,
  ],
  [
    'error: upstream timed out (110: Connection timed out) while connecting to upstream',
    /did not answer in time/,
  ],
  ['error: no live upstreams while connecting to upstream', /No station took/],
  ['alert: 512 worker_connections are not enough', /raise the target/],
  ['crit: accept4() failed (24: Too many open files)', /file descriptors/],
  ['error: limiting connections by zone "one_client"', /limit of sessions/],
])('%s', (line, meaning) => expect(explainNginxError(line)).toMatch(meaning));

it('makes nothing up', () => expect(explainNginxError('warn: something else')).toBeNull());
