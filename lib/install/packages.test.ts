import { describe, expect, it } from 'vitest';
import { installCommand, missingPackages } from './packages.ts';

const everything = { hasCommand: () => true, hasFile: () => true, nginxHasStream: true };
const nothing = { hasCommand: () => false, hasFile: () => false, nginxHasStream: false };
const names = (list: { name: string }[]) => list.map(({ name }) => name);

describe('missingPackages', () => {
  it('asks for nothing on a host that has everything', () => {
    expect(missingPackages(everything, ['run', 'simulator', 'test'], 'apt')).toEqual([]);
  });

  it('asks for what running needs, and no compiler or browser', () => {
    expect(names(missingPackages(nothing, ['run'], 'apt'))).toEqual([
      'docker.io',
      'nginx',
      'tcpdump',
      'nftables',
      'conntrack',
      'iproute2',
      'iptables',
      'libnginx-mod-stream',
    ]);
  });

  it('asks for a compiler only for the simulator, for a browser only for the tests', () => {
    expect(names(missingPackages(nothing, ['simulator'], 'apt'))).toEqual(
      expect.arrayContaining(['gcc', 'libc6-dev', 'libssl-dev']),
    );
    expect(names(missingPackages(nothing, ['test'], 'dnf'))).toContain('chromium');
  });

  it("does not put Debian's engine over another one", () => {
    const host = { ...nothing, hasCommand: (name: string) => name === 'dockerd' || name === 'docker' };
    expect(names(missingPackages(host, ['run'], 'apt'))).not.toContain('docker.io');
  });

  it('asks for the client where the engine came without it', () => {
    const host = { ...everything, hasCommand: (name: string) => name !== 'docker' };
    expect(names(missingPackages(host, ['run'], 'apt'))).toEqual(['docker-cli']);
  });
});

describe('installCommand', () => {
  it('asks no questions', () => {
    expect(installCommand('apt', ['a', 'b']).args).toEqual([
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      'a',
      'b',
    ]);
    expect(installCommand('dnf', ['a'])).toEqual({ file: 'dnf', args: ['install', '-y', '-q', 'a'] });
  });
});
