// `conduit nginx …` in process: what it prints, what it asks the agent for, how it ends.
import { describe, expect, it } from 'vitest';
import { AppError, ERRORS } from '../lib/contract/errors.ts';
import { exampleDetail, exampleTraffic } from '../test/fixtures/balancer.ts';
import { conduit } from './run-with-fake-agent.ts';

const calls = { 'balancer.get': exampleDetail, 'balancer.traffic': exampleTraffic };
const withConfig = (config: Partial<typeof exampleDetail.config>) => ({
  calls: { ...calls, 'balancer.get': { ...exampleDetail, config: { ...exampleDetail.config, ...config } } },
});

describe('nginx status', () => {
  it('prints everything as JSON', async () => {
    const { code, out } = await conduit('nginx status --json', { calls });
    const printed = JSON.parse(out);
    expect(code).toBe(0);
    expect(printed.balancer).toMatchObject({ state: 'running', engine: 'nginx' });
    expect(printed.spread).toMatchObject({ stations: 1, min: 105, mean: 105, max: 105 });
    expect(printed.traffic.share).toBe(0.034);
    expect(printed.traffic.stations).toHaveLength(2);
    expect(printed.config).toEqual({ path: '/etc/nginx/nginx.conf', drift: 'none' });
  });

  it('ends with its own code when there is no agent', async () => {
    const away = new AppError('agent_unreachable', { message: 'The agent does not answer.' });
    const { code } = await conduit('nginx status', { calls: { ...calls, 'balancer.get': away } });
    expect(code).toBe(ERRORS.agent_unreachable.exitCode);
  });
});

describe('nginx show', () => {
  const agent = withConfig({
    live: 'live {}\n',
    wanted: 'wanted {}\n',
    diff: '--- live\n+++ wanted\n@@ -1 +1 @@\n-live {}\n+wanted {}\n',
  });

  it.each([
    ['nginx show', 'live {}'],
    ['nginx show --live', 'live {}'],
    ['nginx show --wanted', 'wanted {}'],
    ['nginx show --diff', '--- live\n+++ wanted\n@@ -1 +1 @@\n-live {}\n+wanted {}'],
  ])('%s', async (words, text) => expect((await conduit(words, agent)).out).toBe(text));

  it('says that there is no difference, and gives all of it as JSON', async () => {
    expect((await conduit('nginx show --diff', { calls })).out).toContain('No difference');
    const { out } = await conduit('nginx show --json', agent);
    expect(JSON.parse(out)).toMatchObject({ live: 'live {}\n', drift: 'none', kernelRules: null });
  });

  it('says what is not there, and where to look instead', async () => {
    const none = await conduit('nginx show', withConfig({ live: null, drift: 'absent' }));
    expect(none.code).toBe(ERRORS.not_found.exitCode);
    expect(none.err).toContain('there is no file at /etc/nginx/nginx.conf');
    expect(none.err).toContain('conduit nginx show --wanted');
    expect((await conduit('nginx show --kernel', { calls })).err).toContain('the engine is nginx');
  });
});

describe('nginx test', () => {
  it('is fine, or ends with the code of a refusal', async () => {
    const good = await conduit('nginx test', { calls: { 'balancer.test': { ok: true, message: 'Fine.' } } });
    expect([good.code, good.out]).toEqual([0, 'Fine.']);
    const refused = { calls: { 'balancer.test': { ok: false, message: 'unknown directive' } } };
    const bad = await conduit('nginx test', refused);
    expect([bad.code, bad.out]).toEqual([ERRORS.balancer_rejected.exitCode, '']);
    expect(bad.err).toContain('unknown directive');
    expect(JSON.parse((await conduit('nginx test --json', refused)).out)).toMatchObject({ ok: false });
  });
});

describe('nginx apply', () => {
  const foreign = withConfig({ drift: 'foreign', diff: '@@' });
  const agent = { calls: { ...foreign.calls, 'balancer.apply': exampleDetail } };
  const applied = (asked: [string, unknown][]) => asked.some(([name]) => name === 'balancer.apply');

  it('says what it writes over, and asks', async () => {
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return 'yes';
    };
    const { code, err, out, asked } = await conduit('nginx apply', agent, { ask });
    expect([code, applied(asked)]).toEqual([0, true]);
    expect(questions).toEqual(['Write over a file that is not ours? [y/N] ']);
    expect(err).toContain('kept among the backups');
    expect(out).toContain('running, 2 stations behind it');
  });

  it('changes nothing without a yes', async () => {
    const { code, asked } = await conduit('nginx apply', agent, { ask: async () => '' });
    expect([code, applied(asked)]).toEqual([ERRORS.cancelled.exitCode, false]);
  });

  it.each(['nginx apply -y', 'nginx apply --yes'])('%s does not ask', async (words) => {
    const ask = () => Promise.reject(new Error('asked'));
    expect(applied((await conduit(words, agent, { ask })).asked)).toBe(true);
  });

  it('asks nobody when nothing changes, and passes a refusal on', async () => {
    const ask = () => Promise.reject(new Error('asked'));
    const refused = new AppError('balancer_rejected', { message: 'no', remedy: 'Look at the line.' });
    const { code, err } = await conduit(
      'nginx apply',
      { calls: { ...calls, 'balancer.apply': refused } },
      { ask },
    );
    expect(code).toBe(ERRORS.balancer_rejected.exitCode);
    expect(err).toContain('→ Look at the line.');
  });

  it('needs root', async () => {
    const env = { isRoot: false } as never;
    for (const words of ['nginx apply -y', 'nginx reload', 'nginx restore 2026 -y']) {
      const { code, asked } = await conduit(words, agent, { env });
      expect([code, asked.length]).toEqual([ERRORS.forbidden.exitCode, 0]);
    }
  });
});

it('nginx reload says what it does', async () => {
  const { code, out, err } = await conduit('nginx reload', {
    calls: { ...calls, 'balancer.reload': exampleDetail },
  });
  expect([code, out]).toEqual([0, 'nginx has read /etc/nginx/nginx.conf again.']);
  expect(err).toContain('Open sessions are not cut');
});

describe('nginx backups and restore', () => {
  it('lists them newest first, with whose they are', async () => {
    const { out } = await conduit('nginx backups', { calls });
    const lines = out.split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/2\.0 KB {2}Ours +20260301T100000000Z-ours$/);
    expect(lines[3]).toMatch(/512 B {2}Yours, from before us {2}original-0a1b2c3d4e5f$/);
    expect(JSON.parse((await conduit('nginx backups --json', { calls })).out).backups).toHaveLength(3);
  });

  const held = { ...exampleDetail, state: { ...exampleDetail.state, state: 'held' } };
  const agent = { calls: { ...calls, 'balancer.restore': held } };

  it('explains that it holds, and asks', async () => {
    const { code, out, err, asked } = await conduit('nginx restore 20260301T09', agent, {
      ask: async () => 'y',
    });
    expect(code).toBe(0);
    expect(asked.at(-1)).toEqual(['balancer.restore', { id: '20260301T090000000Z-foreign' }]);
    expect(err).toContain('NOT followed');
    expect(err).toContain('not one of ours');
    expect(out).toContain('live and held');
  });

  it.each([
    ['nginx restore 2026 -y', '2 backups begin with 2026'],
    ['nginx restore nothing -y', 'no backup begins with nothing'],
  ])('%s', async (words, message) => {
    const { code, err, asked } = await conduit(words, agent);
    expect(code).toBe(ERRORS.not_found.exitCode);
    expect(err).toContain(message);
    expect(asked.map(([name]) => name)).toEqual(['balancer.get']);
  });
});
