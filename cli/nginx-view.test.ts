import { describe, expect, it } from 'vitest';
import { exampleDetail, exampleTraffic } from '../test/fixtures/balancer.ts';
import { diffView, nginxStatusView } from './nginx-view.ts';
import { styleFor } from './terminal.ts';
import { textTable } from './text-table.ts';

const plain = styleFor(false);

describe('nginxStatusView', () => {
  const text = nginxStatusView(exampleDetail, exampleTraffic, plain);

  it('begins with the state, the engine and how many are behind it', () => {
    expect(text.split('\n')[0]).toBe('BALANCER: running, engine nginx, 2 stations behind it');
  });

  it('tells ports, sessions, share, workers and the file', () => {
    expect(text).toContain('443/tcp 443/udp not listening');
    expect(text).toContain('210 open (TCP 190, UDP 20), 13 /s new');
    expect(text).toContain('3 % of what the stations moved came through the balancer.');
    expect(text).toContain('25,000 connections a worker.');
    expect(text).toContain('2 old nginx workers finish 1,200 sessions from before the last change.');
    expect(text).toContain('/etc/nginx/nginx.conf is ours');
  });

  it('has a row a station with sessions and bytes, and why one is not in', () => {
    expect(text).toMatch(/conduit-1 +in +105 +90 +10 +0 +5 +1\.0 MB +3\.0 MB +40\.0 MB$/m);
    expect(text).toMatch(/conduit-2 +draining +105 .* – +stops when its sessions have ended$/m);
  });

  it('says what a complaint of nginx means', () => {
    expect(text).toContain('station 2 port 443 (3 times)');
    expect(text).toContain('The station does not listen there');
  });

  it('has something to say of an empty one', () => {
    const empty = { ...exampleTraffic, since: null, share: null, ports: [], stations: [] };
    const off = { ...exampleDetail.state, state: 'off' as const, backends: 0, ports: [] };
    const said = nginxStatusView({ ...exampleDetail, state: off, lastErrors: [] }, empty, plain);
    expect(said).toContain('BALANCER: off');
    expect(said).toContain('Ports      none');
    expect(said).toContain('No station is behind the balancer.');
  });

  it('uses no colour unless it is asked to', () => {
    expect(text).not.toContain('\u001b');
    expect(nginxStatusView(exampleDetail, exampleTraffic, styleFor(true))).toContain('\u001b[32m');
  });
});

it('a diff keeps its marks, with and without colour', () => {
  expect(diffView('@@\n-a\n+b\n c\n', plain)).toBe('@@\n-a\n+b\n c');
  expect(diffView('-a', styleFor(true))).toBe('\u001b[31m-a\u001b[0m');
});

it('a table pads before it paints', () => {
  const paint = (text: string) => `<${text}>`;
  const rows = [
    ['a', '1', 'x'],
    [{ text: 'bb', paint }, '22', ''],
  ];
  expect(textTable([{ head: 'N' }, { head: 'C', align: 'right' }, { head: '' }], rows)).toEqual([
    'N    C',
    'a    1  x',
    '<bb>  22',
  ]);
});
