import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layoutFor } from './layout.ts';
import {
  agentService,
  panelService,
  parseEnvFile,
  renderEnvFile,
  renderUnit,
  supervisorArguments,
} from './services.ts';

const layout = layoutFor({});
const agent = agentService(layout, { port: 3000 });
const panel = panelService(layout, { port: 3000 });
const template = (name: string) =>
  readFileSync(join(import.meta.dirname, `../../templates/conduit-${name}.service`), 'utf8');

describe('units', () => {
  it('gives the agent its limit of open files and leaves nginx running', () => {
    const unit = renderUnit(template('agent'), agent, layout);
    expect(unit).toContain('LimitNOFILE=65535');
    expect(unit).toContain('KillMode=process');
    expect(unit).toContain('ExecStart=/usr/local/lib/conduit/current/node/bin/node');
    expect(unit).not.toContain('{{');
  });

  it('ends what the kernel counts by address with the agent, however that ends', () => {
    const unit = renderUnit(template('agent'), agent, layout);
    expect(unit).toContain('\nExecStopPost=-/usr/sbin/nft delete table inet conduit_geo\n');
  });

  it('keeps the memory of the agent, addresses and all, from the disk', () => {
    const unit = renderUnit(template('agent'), agent, layout);
    expect(unit).toContain('\nLimitCORE=0\n');
    expect(unit).toContain('\nMemorySwapMax=0\n');
  });

  it('runs the panel without root and without the database', () => {
    const unit = renderUnit(template('panel'), panel, layout);
    expect(unit).toContain('User=conduit');
    expect(unit).toContain('NoNewPrivileges=yes');
    expect(unit).toContain('/var/lib/conduit/conduit.db');
    expect(unit).not.toContain('{{');
  });

  it.runIf(existsSync('/usr/bin/systemd-analyze'))('is accepted by systemd-analyze', () => {
    const dir = mkdtempSync(join(tmpdir(), 'units-'));
    try {
      const root = layoutFor({ root: dir });
      for (const spec of [agentService(root, { port: 3000 }), panelService(root, { port: 3000 })]) {
        // It looks for the program too.
        mkdirSync(spec.directory, { recursive: true });
        const program = spec.command[0] ?? '';
        mkdirSync(join(program, '..'), { recursive: true });
        writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
        const file = join(dir, `conduit-${spec.name}.service`);
        writeFileSync(file, renderUnit(template(spec.name), { ...spec, account: 'nobody' }, root));
        // What it says of other units of this host is not about ours.
        const said = verify(file).filter((line) => line.includes('conduit-') && !line.includes('not found'));
        expect(said).toEqual([]);
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('refuses a template that asks for what nothing provides', () => {
    expect(() => renderUnit('{{surprise}}', agent, layout)).toThrow(/surprise/);
  });
});

describe('environment files', () => {
  it('can be read back', () => {
    expect(parseEnvFile(renderEnvFile(panel.env))).toEqual(panel.env);
    expect(panel.env.HOSTNAME).toBe('127.0.0.1');
  });

  it('refuses a value that a shell would read otherwise', () => {
    expect(() => renderEnvFile({ NAME: 'a b' })).toThrow(/NAME/);
    expect(() => renderEnvFile({ NAME: '$(id)' })).toThrow(/NAME/);
  });
});

describe('supervisorArguments', () => {
  it('runs the agent as root and the panel as its account', () => {
    expect(supervisorArguments(agent, layout).slice(0, 8)).toEqual([
      'agent',
      '/run/conduit',
      '/var/log/conduit/agent.log',
      '/usr/local/lib/conduit/current',
      '/etc/conduit/agent.env',
      '-',
      '30',
      '/usr/sbin/nft delete table inet conduit_geo',
    ]);
    expect(supervisorArguments(panel, layout)[5]).toBe('conduit');
  });
});

function verify(file: string): string[] {
  try {
    execFileSync('systemd-analyze', ['verify', file], { encoding: 'utf8', stdio: 'pipe' });
    return [];
  } catch (error) {
    return String((error as { stderr: string }).stderr).split('\n');
  }
}
