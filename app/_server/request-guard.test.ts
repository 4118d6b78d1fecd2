import { describe, expect, it } from 'vitest';
import { judgeRequest, type RequestFacts } from './request-guard.ts';

const loopback = ['localhost', '127.0.0.1', '[::1]'];
const get: RequestFacts = {
  method: 'GET',
  host: 'localhost:3000',
  origin: null,
  fetchSite: null,
  fetchMode: null,
};
const post: RequestFacts = {
  ...get,
  method: 'POST',
  origin: 'http://localhost:3000',
  fetchSite: 'same-origin',
  fetchMode: 'cors',
};

describe('judgeRequest', () => {
  it.each(['localhost:3000', 'LOCALHOST:8080', '127.0.0.1:3000', '[::1]:3000', 'localhost'])(
    'serves %s',
    (host) => expect(judgeRequest({ ...get, host }, loopback)).toBeNull(),
  );

  it.each([
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example:3000',
    '127.0.0.1.evil.example',
    '',
    null,
  ])('refuses the host %s', (host) => expect(judgeRequest({ ...get, host }, loopback)?.status).toBe(421));

  it('holds a port that was named', () => {
    expect(judgeRequest({ ...get, host: 'panel.example:8443' }, ['panel.example:8443'])).toBeNull();
    expect(judgeRequest({ ...get, host: 'panel.example:3000' }, ['panel.example:8443'])?.status).toBe(421);
  });

  it.each<[string, Partial<RequestFacts>]>([
    ['another site', { origin: 'https://evil.example', fetchSite: 'cross-site' }],
    ['another port of this machine', { origin: 'http://localhost:8000', fetchSite: 'same-site' }],
    [
      'another port, in a browser without fetch metadata',
      { origin: 'http://localhost:8000', fetchSite: null },
    ],
    ['a sandboxed page', { origin: 'null', fetchSite: 'cross-site' }],
  ])('refuses a post from %s', (_, facts) =>
    expect(judgeRequest({ ...post, ...facts }, loopback)?.status).toBe(403),
  );

  it('takes its own posts, and those of programs', () => {
    expect(judgeRequest(post, loopback)).toBeNull();
    expect(judgeRequest({ ...post, origin: null, fetchSite: null }, loopback)).toBeNull();
  });

  it('lets a link of another site lead here, but not its scripts read', () => {
    expect(judgeRequest({ ...get, fetchSite: 'cross-site', fetchMode: 'navigate' }, loopback)).toBeNull();
    expect(judgeRequest({ ...get, fetchSite: 'cross-site', fetchMode: 'no-cors' }, loopback)?.status).toBe(
      403,
    );
  });
});
