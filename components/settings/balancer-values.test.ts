import { describe, expect, it } from 'vitest';
import { DEFAULT_BALANCER_SETTINGS as DEFAULTS } from '../../lib/contract/settings.ts';
import { changedBalancer, namedErrors, parseBalancerValues, toBalancerValues } from './balancer-values.ts';

const typed = (change: Partial<ReturnType<typeof toBalancerValues>>) =>
  parseBalancerValues({ ...toBalancerValues(DEFAULTS), ...change });

describe('the form', () => {
  it('gives back what it was given', () => {
    const settings = {
      ...DEFAULTS,
      engine: 'kernel' as const,
      extraPorts: [80, 2053],
      sessionsPerClient: 500,
    };
    expect(parseBalancerValues(toBalancerValues(settings))).toEqual({ ok: true, settings });
  });

  it('reads extra ports however they are set apart', () => {
    expect(typed({ extraPorts: ' 80,53 2053;8443, ' })).toMatchObject({
      ok: true,
      settings: { extraPorts: [80, 53, 2053, 8443] },
    });
    expect(typed({ extraPorts: '  ' })).toMatchObject({ ok: true, settings: { extraPorts: [] } });
  });

  it.each([
    ['extraPorts', '80, 8o, 53', '8o: must be a port from 1 to 65535'],
    ['extraPorts', '80, 70000', '70000: must be at most 65535'],
    ['extraPorts', '0', '0: must be at least 1'],
    ['extraPorts', '80 80.5', '80.5: must be a port'],
    ['extraPorts', Array.from({ length: 17 }, (_, i) => i + 1).join(), 'must be at most 16 ports'],
    ['primaryPort', '', 'must be a port from 1 to 65535'],
    ['sessionsPerClient', '0', 'must be at least 1, or empty for no limit'],
    ['drainSeconds', '-1', 'must be at least 0; 0 stops at once'],
    ['oldWorkerMinutes', 'x', 'must be a whole number of minutes'],
    ['udpIdleSeconds', '5', 'must be at least 10'],
    ['configPath', 'nginx.conf', 'must be an absolute path'],
  ] as const)('%s = %j says which value is wrong, and what it may be', (field, text, message) => {
    expect(typed({ [field]: text })).toMatchObject({
      ok: false,
      errors: [{ field, message: expect.stringContaining(message) }],
    });
  });

  it('an empty limit for each client is none', () => {
    expect(typed({ sessionsPerClient: ' ' })).toMatchObject({
      ok: true,
      settings: { sessionsPerClient: null },
    });
  });
});

it('names the word of a list that the agent refused', () => {
  const values = { ...toBalancerValues(DEFAULTS), extraPorts: '80 443' };
  expect(namedErrors(values, [{ field: 'extraPorts.1', message: 'is taken' }])).toEqual([
    { field: 'extraPorts', message: '443: is taken' },
  ]);
});

it('sends only what changed', () => {
  const after = { ...DEFAULTS, extraPorts: [80], drainSeconds: 30 };
  expect(changedBalancer(DEFAULTS, after)).toEqual({ extraPorts: [80], drainSeconds: 30 });
  expect(changedBalancer(after, { ...after, extraPorts: [80] })).toEqual({});
});
