import { describe, expect, it } from 'vitest';
import { parseNginxBuild } from './nginx-install.ts';

const DEBIAN =
  'nginx version: nginx/1.22.1\nconfigure arguments: --prefix=/usr/share/nginx --conf-path=/etc/nginx/nginx.conf --pid-path=/run/nginx.pid --modules-path=/usr/lib/nginx/modules --with-stream=dynamic --with-stream_ssl_module\n';
const UPSTREAM =
  'nginx version: nginx/1.29.0\nconfigure arguments: --prefix=/etc/nginx --modules-path=/usr/lib/nginx/modules --conf-path=/etc/nginx/nginx.conf --pid-path=/var/run/nginx.pid --user=nginx --group=nginx --with-stream --with-stream_ssl_module\n';

describe('parseNginxBuild', () => {
  it("reads Debian's, with stream as a module", () => {
    expect(parseNginxBuild(DEBIAN)).toEqual({
      version: '1.22.1',
      confPath: '/etc/nginx/nginx.conf',
      pidPath: '/run/nginx.pid',
      modulesPath: '/usr/lib/nginx/modules',
      user: null,
      stream: 'module',
    });
  });

  it("reads nginx.org's, with stream built in and an account of its own", () => {
    expect(parseNginxBuild(UPSTREAM)).toMatchObject({ version: '1.29.0', user: 'nginx', stream: 'built-in' });
  });

  it('does not take a part of stream for stream', () => {
    expect(parseNginxBuild('--with-stream_ssl_module --with-stream_realip_module').stream).toBe('missing');
  });

  it('knows the defaults of a build that was told nothing, and of forks', () => {
    expect(parseNginxBuild('nginx version: openresty/1.25.3.1\nconfigure arguments:')).toEqual({
      version: '1.25.3.1',
      confPath: '/usr/local/nginx/conf/nginx.conf',
      pidPath: '/usr/local/nginx/logs/nginx.pid',
      modulesPath: '/usr/local/nginx/modules',
      user: null,
      stream: 'missing',
    });
  });
});
