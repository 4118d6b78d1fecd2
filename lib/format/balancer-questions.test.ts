import { describe, expect, it } from 'vitest';
import type { BalancerDetail } from '../contract/balancer.ts';
import { DEFAULT_BALANCER_SETTINGS } from '../contract/settings.ts';
import { applyQuestion, reloadQuestion, restoreQuestion } from './balancer-questions.ts';

function detailWith(
  config: Partial<BalancerDetail['config']>,
  state: BalancerDetail['state']['state'] = 'running',
): BalancerDetail {
  return {
    settings: DEFAULT_BALANCER_SETTINGS,
    state: {
      state,
      engine: 'nginx',
      message: null,
      backends: 2,
      ports: [{ port: 443, protocol: 'tcp', listening: true }],
      oldWorkers: { workers: 0, sessions: 0 },
    },
    arithmetic: [],
    config: { path: '/etc/nginx/nginx.conf', live: 'a', wanted: 'b', drift: 'none', diff: null, ...config },
    kernelRules: null,
    backups: [],
    foreignSites: ['example.org (/etc/nginx/sites-enabled/default)'],
    lastErrors: [],
  };
}

const told = (question: { lines: string[] } | null) => question?.lines.join(' ') ?? '';

describe('apply', () => {
  it('asks nobody when nothing changes', () => {
    expect(applyQuestion(detailWith({}))).toBeNull();
    expect(applyQuestion(detailWith({ drift: 'foreign', diff: '@@' }, 'off'))).toBeNull();
  });

  it('says what it writes over, and which sites end', () => {
    const foreign = applyQuestion(detailWith({ drift: 'foreign', diff: '@@' }));
    expect(foreign?.title).toBe('Write over a file that is not ours?');
    expect(told(foreign)).toContain('kept among the backups');
    expect(told(foreign)).toContain('1 site of your own nginx will not be served any more: example.org');
    const differs = told(applyQuestion(detailWith({ drift: 'differs', diff: '@@' })));
    expect(differs).toContain('What was changed in /etc/nginx/nginx.conf is kept');
    expect(differs).not.toContain('example.org');
    expect(told(applyQuestion(detailWith({ drift: 'absent', live: null })))).toContain('written anew');
  });

  it('ends holding, even where nothing differs', () => {
    expect(told(applyQuestion(detailWith({}, 'held')))).toContain('changes of the fleet are followed again');
  });

  it('says how long open sessions go on', () => {
    expect(told(applyQuestion(detailWith({ diff: '@@' })))).toContain('for 60 minutes at most');
    expect(told(reloadQuestion(detailWith({})))).toContain('for 60 minutes at most');
  });
});

it('restoring says that it holds, and warns of what is not ours', () => {
  expect(told(restoreQuestion(detailWith({}), { ours: true }))).toContain(
    'NOT followed until the wanted configuration is applied',
  );
  expect(told(restoreQuestion(detailWith({}), { ours: true }))).not.toContain('not one of ours');
  expect(told(restoreQuestion(detailWith({}), { ours: false }))).toContain(
    'nothing is balanced while it is live',
  );
});
