import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portRefused, readableError, refusalOf } from './nginx-message.ts';

const STATIONS: Record<string, number> = { '172.30.0.2': 1, 'fd00::3': 2 };
const stationAt = (address: string) => STATIONS[address];

/** As nginx 1.22 sends it. */
const line = (client: string, upstream = '172.30.0.2:443', server = '0.0.0.0:443') =>
  `<187>Nov 23 19:46:02 conduit: 2026/11/23 19:46:02 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: ${client}, server: ${server}, upstream: "${upstream}", bytes from/to client:0/0, bytes from/to upstream:0/0`;

describe('readableError', () => {
  it('says what happened to which station, and not to whom', () => {
    expect(readableError(line('203.0.113.9'), stationAt)).toBe(
      'error: connect() failed (111: Connection refused) while connecting to upstream, port 443, station 1 port 443',
    );
    expect(readableError(line('2001:db8::9', '[fd00::3]:5566', '[::]:5566'), stationAt)).toBe(
      'error: connect() failed (111: Connection refused) while connecting to upstream, port 5566, station 2 port 5566',
    );
    expect(readableError(line('203.0.113.9', '172.30.0.99:443'), stationAt)).toContain(
      ', port 443 of a station',
    );
  });

  it.each(['', 'hello', '<13>Nov 23 19:46:02 sshd: session opened', '[error] no pid'])(
    'is no line of nginx: "%s"',
    (text) => expect(readableError(text, stationAt)).toBeNull(),
  );

  // Addresses of documentation and private use are as good as any; loopback and "any" name nobody.
  const harmless = /^(?:127\.0\.0\.1|0\.0\.0\.0)$|^[0:]+1?$/;
  const address = fc.oneof(fc.ipV4(), fc.ipV6()).filter((one) => !harmless.test(one));

  it('has no client address left, wherever nginx writes it', () => {
    const places: ((client: string) => string)[] = [
      (client) => line(client),
      (client) => line(client, client.includes(':') ? `[${client}]:443` : `${client}:443`),
      (client) => `<187>x [warn] 7#7: *1 ${client} sent too much`,
      (client) => `<187>x [crit] 7#7: accept4() from ${client}.`,
      (client) => `<187>x [crit] 7#7: peer:${client}, odd`,
      (client) => `<187>x [alert] 7#7: *9 bind() to [${client}]:1 failed`,
      (client) => `<187>x [error] 7#7: *1 recv() failed, client: ${client}`,
    ];
    fc.assert(
      fc.property(address, fc.constantFrom(...places), (client, place) => {
        const text = readableError(place(client), () => undefined);
        expect(text).not.toBeNull();
        expect(text?.toLowerCase()).not.toContain(client.toLowerCase());
      }),
      { numRuns: 2000 },
    );
  });

  it('has no part of an address left where the datagram was cut off', () => {
    fc.assert(
      fc.property(address, fc.nat(60), (client, cut) => {
        const whole = `<187>x [error] 7#7: *1 recv() failed, client: ${client}, server: 0.0.0.0:443`;
        const start = whole.indexOf(client);
        const text = readableError(whole.slice(0, start + Math.min(cut, client.length)), stationAt);
        expect(text).toBe('error: recv() failed');
      }),
    );
  });

  it('is one short line without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (noise) => {
        const text = readableError(`[error] 7#7: *1 ${noise}`, stationAt);
        expect(text?.length).toBeLessThanOrEqual('error: '.length + 300);
        expect(text).not.toMatch(/[\p{Cc}]/u);
      }),
    );
  });
});

describe('refusalOf', () => {
  it('is the first line that says why', () => {
    expect(
      refusalOf(
        'nginx: [warn] something\nnginx: [emerg] unknown directive "foo" in /etc/nginx/nginx.conf:12\nnginx: configuration file test failed\n',
      ),
    ).toBe('unknown directive "foo" in /etc/nginx/nginx.conf:12');
  });

  it.each([
    ['nginx: test failed\n\n', 'nginx: test failed'],
    ['', 'nginx gave no reason'],
    ['2026/11/23 [emerg] 7#7: bind() to 203.0.113.9:443 failed', 'bind() to [address]:443 failed'],
  ])('of %j', (output, message) => expect(refusalOf(output)).toBe(message));
});

describe('portRefused', () => {
  it.each([
    ['bind() to 0.0.0.0:443 failed (98: Address already in use)', 443],
    ['bind() to [::]:5566 failed (98: Address already in use)', 5566],
    ['bind() to 0.0.0.0:443 failed (13: Permission denied)', null],
    ['still could not bind()', null],
  ])('%s', (message, port) => expect(portRefused(message)).toBe(port));
});
