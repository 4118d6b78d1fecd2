// The way back from a rendered file is held together with the renderer in render.test.ts.
import { describe, expect, it } from 'vitest';
import { backendsIn, portsIn } from './live-config.ts';

describe('portsIn', () => {
  it.each([
    ['listen 80;', ['80/tcp']],
    ['listen 0.0.0.0:443 reuseport backlog=4096;', ['443/tcp']],
    ['listen [::]:443 ipv6only=on udp;', ['443/udp']],
    ['listen 443; listen [::]:443; listen 443 udp;', ['443/tcp', '443/udp']],
    ['# listen 80;\nlisten 81;', ['81/tcp']],
    ['listen 127.0.0.1;', []],
    ['listen unix:/run/web.sock;', []],
    ['listen localhost:8080 default_server;', ['8080/tcp']],
    ['', []],
  ])('%s', (text, ports) => {
    expect(portsIn(text).map(({ port, protocol }) => `${port}/${protocol}`)).toEqual(ports);
  });
});

it("finds no station of ours in somebody else's file", () => {
  expect(backendsIn('stream { upstream web { server 10.0.0.1:80; } }')).toEqual([]);
});
