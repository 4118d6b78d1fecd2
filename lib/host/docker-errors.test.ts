import { describe, expect, it } from 'vitest';
import { engineError } from './docker-errors.ts';

/** What dockerode throws: the engine's own words, recorded from Docker 20.10. */
function thrown(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) x - ${message}`), {
    statusCode,
    json: { message },
  });
}

describe('an error of the engine', () => {
  it.each([
    [
      500,
      'driver failed programming external connectivity on endpoint c-1 (f00): Error starting userland proxy: listen tcp4 127.0.0.1:8083: bind: address already in use',
      'port_in_use',
    ],
    [
      500,
      'driver failed programming external connectivity on endpoint c-1 (f00): Bind for 127.0.0.1:8083 failed: port is already allocated',
      'port_in_use',
    ],
    [500, 'mkdir /var/lib/docker/overlay2/f00: no space left on device', 'disk_full'],
    [404, 'No such image: nothing:latest', 'image_unavailable'],
    [404, 'No such container: c-1', 'not_found'],
    [409, 'Conflict. The container name "/c-1" is already in use by container "f00".', 'conflict'],
    [
      500,
      'OCI runtime create failed: runc create failed: error setting rlimits: error setting rlimit type 7: operation not permitted',
      'host_unsupported',
    ],
    [400, 'Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available', 'host_unsupported'],
    [500, 'something nobody foresaw', 'internal'],
  ])('%i %s is %s', (status, message, code) => {
    expect(engineError(thrown(status, message)).code).toBe(code);
  });

  it('names the port', () => {
    const error = engineError(thrown(500, 'Bind for 127.0.0.1:8083 failed: port is already allocated'));
    expect(error.message).toBe('Port 8083 on 127.0.0.1 is already in use.');
  });

  it('is an engine that is away when its socket is', () => {
    for (const code of ['ENOENT', 'ECONNREFUSED', 'ECONNRESET'])
      expect(engineError(Object.assign(new Error(code), { code })).code).toBe('engine_unavailable');
  });
});
