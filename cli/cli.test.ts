// The command in process: what it prints, what it asks the agent for, how it ends.
import { describe, expect, it } from 'vitest';
import { AppError, ERRORS } from '../lib/contract/errors.ts';
import { exampleSnapshot } from '../test/fixtures/snapshot.ts';
import { conduit, job } from './run-with-fake-agent.ts';

describe('wrong words', () => {
  it.each([
    ['scale 0', 'conduit: scale: count must be at least 1, got 0'],
    ['scale ten', 'conduit: scale: count must be a whole number from 1 to 10000, got ten'],
    ['scale 10001', 'conduit: scale: count must be at most 10000, got 10001'],
    ['stop 1 x', 'conduit: stop: stations are numbers from 1 to 10000 or ranges such as 5-9, got x'],
    ['restart 9-5', 'conduit: restart: stations are numbers from 1 to 10000 or ranges such as 5-9, got 9-5'],
    ['up --port 80', 'conduit: up: port must be at least 1024: the panel does not run as root, got 80'],
    ['up --count 2.5', 'conduit: up: count must be a whole number from 1 to 10000, got 2.5'],
    ['up --image UPPER', 'conduit: up: image must be an image reference'],
    ['up --simulator --image a/b', 'conduit: up: --simulator and --image name two different images'],
    [
      'scale 3 --drain soon',
      'conduit: scale: drain must be a whole number of seconds from 0 to 86400, got soon',
    ],
    ['stop 1 --drain 86401', 'conduit: stop: drain must be at most 86400, one day, got 86401'],
    ['restart 1 --now --drain 5', 'conduit: restart: --now and --drain say two different things'],
    ['nginx show --live --diff', 'conduit: nginx show: name one of --live, --wanted, --diff and --kernel'],
    ['nginx restore', "conduit: missing required argument 'id'"],
    ['logs', 'conduit: logs: name one of a station, --agent and --panel'],
    ['frobnicate', "conduit: unknown command 'frobnicate'"],
    ['status --jsn', "conduit: unknown option '--jsn'"],
    ['scale', "conduit: missing required argument 'count'"],
  ])('%s', async (words, message) => {
    const { code, err, asked } = await conduit(words);
    expect(err).toContain(message);
    expect(code).toBe(ERRORS.invalid_input.exitCode);
    expect(asked).toEqual([]);
  });
});

describe('help', () => {
  it('knows every command and the exit codes', async () => {
    const { code, out } = await conduit('');
    for (const name of [
      'up',
      'down',
      'status',
      'scale',
      'start',
      'stop',
      'restart',
      'nginx',
      'logs',
      'admin',
      'job',
      'test',
      'uninstall',
    ])
      expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
    expect(code).toBe(0);
    expect((await conduit('help exit-codes')).out).toContain('3  agent unreachable');
    expect((await conduit('scale --help')).out).toContain('stations wanted, 1 to 10000');
    expect((await conduit('--version')).out).toMatch(/^2\./);
  });
});

describe('status', () => {
  it('prints the picture as JSON with what people look for first', async () => {
    const { code, out } = await conduit('status --json', { calls: { 'snapshot.get': exampleSnapshot } });
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(out)).slice(0, 4)).toEqual(['users', 'stations', 'traffic', 'balancer']);
    expect(JSON.parse(out).stationList).toHaveLength(2);
  });

  it('ends with its own code when there is no agent', async () => {
    const away = new AppError('agent_unreachable', {
      message: 'The agent does not answer.',
      remedy: 'Start it.',
    });
    const { code, err, out } = await conduit('status', { calls: { 'snapshot.get': away } });
    expect([code, out]).toEqual([3, '']);
    expect(err).toBe('conduit: The agent does not answer.\n  → Start it.');
  });
});

describe('scale', () => {
  const plan = { steps: [{}], disconnects: 12, notes: ['Needs 2 GB more memory.'] };
  const calls = {
    'fleet.plan': plan,
    'fleet.apply': { jobId: job.id },
    'fleet.get': { settings: { count: 4, maxClients: 200 } },
    'capacity.get': { stationsMost: 6, clients: { most: 1200 }, host: { memoryBytes: 2 ** 31 } },
    'snapshot.get': exampleSnapshot,
  };
  const orders = (asked: [string, unknown][]) =>
    asked.filter(([name]) => name === 'fleet.plan' || name === 'fleet.apply');

  it('says what it means for people, follows the job, and says where it ended', async () => {
    const steps = [{ key: 'a', title: 'Create conduit-5', state: 'running', message: null }];
    const running = { ...job, state: 'running', progress: { done: 1, total: 2 }, steps };
    const events = [
      { type: 'job', job: running },
      { type: 'job', job },
    ];
    const reached = { ...exampleSnapshot, stations: { running: 2, wanted: 2 } };
    const snapshots = [exampleSnapshot, reached];
    const { code, out, err, asked } = await conduit('scale 5', { calls, events, snapshots });
    expect(code).toBe(0);
    expect(orders(asked)[1]).toEqual(['fleet.apply', { settings: { count: 5 } }]);
    expect(err).toContain('About 12 people will be disconnected.');
    expect(err).toContain('Scale to 5 stations: 1/2  Create conduit-5');
    expect(out).toBe('2 of 2 stations running.');
  });

  it('cuts sessions only when it is told to, and waits as long as it is told', async () => {
    const events = [{ type: 'job', job }];
    const snapshots = [{ ...exampleSnapshot, stations: { running: 2, wanted: 2 } }];
    const asked = async (words: string) => orders((await conduit(words, { calls, events, snapshots })).asked);
    const settings = { count: 2 };
    expect(await asked('scale 2 --now')).toEqual([
      ['fleet.plan', { settings }],
      ['fleet.apply', { settings, drainSeconds: 0 }],
    ]);
    expect((await asked('scale 2 --drain 120'))[1]).toEqual(['fleet.apply', { settings, drainSeconds: 120 }]);
    expect((await asked('scale 2'))[1]).toEqual(['fleet.apply', { settings }]);
  });

  it('warns of more than the server holds, and goes on', async () => {
    const events = [{ type: 'job', job }];
    const snapshots = [{ ...exampleSnapshot, stations: { running: 2, wanted: 2 } }];
    const many = await conduit('scale 40', { calls, events, snapshots });
    expect(many.err).toMatch(/40 busy stations do not fit into 2(\.0)? GB of memory/);
    expect(many.code).toBe(0);
    expect((await conduit('scale 5', { calls, events, snapshots })).err).not.toContain('plan-capacity');
  });

  it("ends with the job's own code and way out", async () => {
    const error = { code: 'image_unavailable', message: 'No such image.', remedy: 'Try --simulator.' };
    const events = [{ type: 'job', job: { ...job, state: 'failed', error } }];
    const { code, err } = await conduit('scale 5', { calls, events });
    expect(code).toBe(ERRORS.image_unavailable.exitCode);
    expect(err).toContain('→ Try --simulator.');
  });

  it('needs root, and says so before it asks anybody', async () => {
    const env = {
      layout: {},
      home: '/',
      isCheckout: true,
      color: false,
      isTty: false,
      isRoot: false,
      user: null,
      serverAddress: null,
    };
    const { code, err, asked } = await conduit('scale 5', {}, { env });
    expect([code, asked.length]).toEqual([4, 0]);
    expect(err).toContain('sudo conduit scale');
  });

  it('leaves the job running at Ctrl-C', async () => {
    const events = [{ type: 'job', job: { ...job, state: 'running' } }];
    const { code, err } = await conduit('scale 5', { calls, events }, { signal: AbortSignal.abort() });
    expect(code).toBe(ERRORS.cancelled.exitCode);
    expect(err).toContain(`conduit job watch ${job.id}`);
  });
});

describe('stations', () => {
  const events = [{ type: 'job', job }];

  it('takes numbers and ranges, in any order, each once', async () => {
    const { asked } = await conduit('restart 7-9 3 8,1', {
      calls: { 'station.restart': { jobId: job.id } },
      events,
    });
    expect(asked).toEqual([['station.restart', { stations: [1, 3, 7, 8, 9] }]]);
  });

  it('means all where none is named', async () => {
    const calls = {
      'fleet.get': { active: true, settings: { count: 3 } },
      'station.restart': { jobId: job.id },
    };
    const { asked, out } = await conduit('restart', { calls, events });
    expect(asked[1]).toEqual(['station.restart', { stations: [1, 2, 3] }]);
    expect(out).toBe('3 stations restarted.');
  });

  it('is not done when the agent was stopped in the middle', async () => {
    const cut = { ...job, state: 'interrupted' as const };
    const calls = {
      'station.restart': { jobId: job.id },
      'job.get': cut,
      'job.list': { jobs: [] },
      'snapshot.get': { engine: { state: 'up' } },
      'fleet.plan': { steps: [] },
    };
    const { code, out, err } = await conduit('restart 1', { calls, events: [{ type: 'job', job: cut }] });
    expect([code, out]).toEqual([ERRORS.job_failed.exitCode, '']);
    expect(err).toContain('some stations may not have been');
  });
});

it('stop and restart pass on how long sessions may take', async () => {
  const calls = { 'station.stop': { jobId: job.id }, 'station.restart': { jobId: job.id } };
  const agent = { calls, events: [{ type: 'job', job }] };
  const stations = [1, 2];
  expect((await conduit('stop 1-2 --now', agent)).asked[0]).toEqual([
    'station.stop',
    { stations, drainSeconds: 0 },
  ]);
  expect((await conduit('restart 1-2 --drain 30', agent)).asked[0]).toEqual([
    'station.restart',
    { stations, drainSeconds: 30 },
  ]);
  expect((await conduit('stop 1-2', agent)).asked[0]).toEqual(['station.stop', { stations }]);
});

describe('start --new-key', () => {
  const calls = {
    'station.get': { name: 'conduit-19', volume: 'conduit-data-19', proxyId: 'QUJD' },
    'station.forgetKey': {},
    'station.start': { jobId: job.id },
  };
  const agent = { calls, events: [{ type: 'job', job }] };
  const changes = (asked: [string, unknown][]) => asked.filter(([name]) => name !== 'station.get');

  it('names what is lost, asks, forgets, and only then starts', async () => {
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return 'y';
    };
    const { code, out, asked } = await conduit('start 19 --new-key', agent, { ask });
    expect(code).toBe(0);
    expect(out).toContain('conduit-19 gives up the identity with Proxy ID QUJD (volume conduit-data-19).');
    expect(questions).toEqual(['Give up and start with a new key? [y/N] ']);
    expect(changes(asked)).toEqual([
      ['station.forgetKey', { stations: [19] }],
      ['station.start', { stations: [19] }],
    ]);
  });

  it.each(['', 'n', 'yesterday'])('changes nothing when the answer is "%s"', async (answer) => {
    const { code, err, asked } = await conduit('start 19 --new-key', agent, { ask: async () => answer });
    expect(code).toBe(ERRORS.cancelled.exitCode);
    expect(changes(asked)).toEqual([]);
    expect(err).toContain('nothing was changed');
  });

  it('does not ask with --yes', async () => {
    const ask = () => Promise.reject(new Error('asked'));
    const { code, asked } = await conduit('start 18-19 --new-key --yes', agent, { ask });
    expect(code).toBe(0);
    expect(changes(asked)[0]).toEqual(['station.forgetKey', { stations: [18, 19] }]);
  });

  it('never means all stations', async () => {
    const { code, err, asked } = await conduit('start --new-key --yes', agent);
    expect([code, asked]).toEqual([ERRORS.invalid_input.exitCode, []]);
    expect(err).toContain('conduit start 19 --new-key');
  });

  it('starts nothing when the keys were not given up', async () => {
    const refused = new AppError('not_found', { message: 'There is no station 19.' });
    const { code, asked } = await conduit('start 19 --new-key --yes', {
      calls: { ...calls, 'station.forgetKey': refused },
    });
    expect(code).toBe(ERRORS.not_found.exitCode);
    expect(asked.map(([name]) => name)).not.toContain('station.start');
  });

  it('a start without it leaves the keys alone', async () => {
    const { asked } = await conduit('start 19', agent);
    expect(asked).toEqual([['station.start', { stations: [19] }]]);
  });
});

describe('job', () => {
  it('finds a job by the first letters of its id', async () => {
    const { out, code } = await conduit('job show 0a1b', {
      calls: { 'job.list': { jobs: [job] }, 'job.get': job },
    });
    expect(code).toBe(0);
    expect(out).toContain('Scale to 5 stations  succeeded');
    const { code: none, err } = await conduit('job show ff', { calls: { 'job.list': { jobs: [job] } } });
    expect(none).toBe(5);
    expect(err).toContain('no job begins with ff');
  });
});

describe('admin reset-password', () => {
  const calls = { 'admin.resetPassword': { username: 'ada' } };
  const good = 'correct horse battery';

  it('takes it from standard input, and never prints it', async () => {
    const world = { readStdin: async () => good };
    const { out, err, asked } = await conduit('admin reset-password --password-stdin', { calls }, world);
    expect(asked).toEqual([['admin.resetPassword', { password: good }]]);
    expect(out + err).not.toContain(good);
    expect(out).toContain('ada');
  });

  it('refuses a short one and two that differ', async () => {
    const short = await conduit(
      'admin reset-password --password-stdin',
      { calls },
      { readStdin: async () => 'short' },
    );
    expect([short.code, short.asked]).toEqual([2, []]);
    const answers = [good, `${good}!`];
    const differ = await conduit(
      'admin reset-password',
      { calls },
      { askSecret: async () => answers.shift() ?? '' },
    );
    expect(differ.err).toContain('the two passwords differ');
  });
});

describe('uninstall', () => {
  const noOlder = { migration: null, stations: [], orphans: [] };

  it('does not leave the stations of an older manager stopped by the way', async () => {
    const migration = { state: 'migrated', stations: [{}, {}] };
    const calls = { 'migration.get': { ...noOlder, migration } };
    const { code, err, asked } = await conduit('uninstall --yes', { calls });
    expect([code, asked.length]).toEqual([ERRORS.conflict.exitCode, 1]);
    expect(err).toContain('rollback-to-v1');
    expect(err).toContain('--leave-older');
  });

  it.each([
    ['still run', { ...noOlder, stations: [{}] }],
    ['were taken over', { ...noOlder, migration: { state: 'migrated', stations: [{}] } }],
  ])('removes no volumes while stations of an older manager %s', async (_what, report) => {
    const words = 'uninstall --leave-older --purge-volumes --yes';
    const { code, err } = await conduit(words, { calls: { 'migration.get': report } });
    expect(code).toBe(ERRORS.conflict.exitCode);
    expect(err).toContain('--purge-volumes');
  });

  it('changes nothing without a yes', async () => {
    const calls = { 'migration.get': noOlder };
    const { code, err, asked } = await conduit('uninstall', { calls }, { ask: async () => '' });
    expect([code, asked]).toEqual([10, [['migration.get', {}]]]);
    expect(err).toContain('nothing was changed');
  });

  it('wants to be forced where no agent can take the fleet down', async () => {
    const away = new AppError('agent_unreachable', { message: 'gone' });
    const { code, err } = await conduit('uninstall --yes', {
      calls: { 'balancer.get': away, 'migration.get': away },
    });
    expect(code).toBe(3);
    expect(err).toContain('--force');
  });

  it('wants to be forced where Docker does not answer, and says what that leaves', async () => {
    const error = { code: 'engine_unavailable', message: 'The Docker engine does not answer.', remedy: null };
    const failed = { ...job, state: 'failed', error };
    const calls = {
      'migration.get': noOlder,
      'balancer.get': { settings: { configPath: '/etc/nginx/nginx.conf' } },
      'fleet.get': { settings: { image: 'conduit-simulator:february' } },
      'fleet.takeDown': { jobId: job.id },
      'job.get': failed,
    };
    const { code, err } = await conduit('uninstall --yes', { calls, events: [{ type: 'job', job: failed }] });
    expect(code).toBe(7);
    expect(err).toContain('systemctl start docker');
    expect(err).toContain('--force (stations, nginx and rules in the kernel are left behind, and named)');
  });

  it('names what --purge takes before it asks', async () => {
    const calls = { 'migration.get': noOlder };
    const { code, out } = await conduit('uninstall --purge', { calls }, { ask: async () => '' });
    expect(code).toBe(10);
    expect(out).toMatch(/--purge removes for ever: .*history.*ledger.*backup/);
  });
});
