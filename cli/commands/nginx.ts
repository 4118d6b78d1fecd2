import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import { AppError } from '../../lib/contract/errors.ts';
import { sessionSpread } from '../../lib/format/balancer.ts';
import {
  applyQuestion,
  type Question,
  reloadQuestion,
  restoreQuestion,
} from '../../lib/format/balancer-questions.ts';
import { plural } from '../../lib/format/count.ts';
import { formatDateTime } from '../../lib/format/time.ts';
import type { Cli, Command, Options } from '../command.ts';
import { confirm } from '../confirm.ts';
import { backupsView, diffView, nginxStatusView } from '../nginx-view.ts';

const JSON_OPTION = { flags: '--json', description: 'print it as JSON' };
const YES_OPTION = { flags: '-y, --yes', description: 'do not ask' };
const VIEWS = ['live', 'wanted', 'diff', 'kernel'] as const;
type View = (typeof VIEWS)[number];

export const nginx: Command = {
  name: 'nginx',
  summary: 'the balancer: what it does, its configuration and the earlier ones',
  subcommands: [
    {
      name: 'status',
      summary: 'engine, ports, workers, and each station’s sessions and bytes',
      options: [JSON_OPTION],
      run: status,
    },
    {
      name: 'show',
      summary: 'the configuration that is live, the wanted one, or what is between them',
      options: [
        { flags: '--live', description: 'the file nginx reads; shown when nothing else is named' },
        { flags: '--wanted', description: 'what the settings and the fleet ask for' },
        { flags: '--diff', description: 'from live to wanted, as a unified diff' },
        { flags: '--kernel', description: 'the rules of the kernel engine' },
        JSON_OPTION,
      ],
      run: show,
    },
    {
      name: 'test',
      summary: 'ask nginx whether it would take the wanted configuration; nothing changes',
      options: [JSON_OPTION],
      run: test,
    },
    {
      name: 'apply',
      summary: 'write the wanted configuration over whatever is live, and follow the fleet again',
      options: [YES_OPTION],
      needsRoot: true,
      run: apply,
    },
    {
      name: 'reload',
      summary: 'have nginx read its file again, whoever wrote it; refused when it fails the test',
      needsRoot: true,
      run: reload,
    },
    {
      name: 'backups',
      summary: 'the configurations kept from before each change, newest first',
      options: [JSON_OPTION],
      async run(cli, _words, { json }) {
        const { backups } = await cli.client.call('balancer.get', {});
        cli.print(json === true ? JSON.stringify({ backups }) : backupsView(backups, cli.style));
      },
    },
    {
      name: 'restore',
      summary: 'make an earlier configuration live, and hold it until `conduit nginx apply`',
      args: [{ spec: '<id>', description: 'the backup, or the first letters of its ID' }],
      options: [YES_OPTION],
      details: 'While it is held, changes of the fleet are not followed.',
      needsRoot: true,
      run: restore,
    },
  ],
};

async function status(cli: Cli, _words: string[], { json }: Options): Promise<void> {
  const [detail, traffic] = await Promise.all([
    cli.client.call('balancer.get', {}),
    cli.client.call('balancer.traffic', {}),
  ]);
  if (json !== true) {
    cli.print(nginxStatusView(detail, traffic, cli.style));
    return;
  }
  const { state, arithmetic, settings, config, foreignSites, lastErrors } = detail;
  cli.print(
    JSON.stringify({
      balancer: state,
      spread: sessionSpread(traffic.stations),
      traffic,
      config: { path: config.path, drift: config.drift },
      arithmetic,
      settings,
      foreignSites,
      lastErrors,
    }),
  );
}

async function show(cli: Cli, _words: string[], options: Options): Promise<void> {
  const chosen = VIEWS.filter((view) => options[view] === true);
  if (chosen.length > 1)
    throw new AppError('invalid_input', {
      message: `nginx show: name one of --live, --wanted, --diff and --kernel, got ${chosen.map((view) => `--${view}`).join(' ')}`,
    });
  const detail = await cli.client.call('balancer.get', {});
  if (options.json === true) cli.print(JSON.stringify({ ...detail.config, kernelRules: detail.kernelRules }));
  else cli.print(configText(detail, chosen[0] ?? 'live', cli));
}

/** @throws AppError not_found where there is no such text */
function configText({ config, kernelRules, state }: BalancerDetail, view: View, cli: Cli): string {
  const { live, wanted, diff, path } = config;
  if (view === 'diff')
    return diff === null ? 'No difference: what is live is what is wanted.' : diffView(diff, cli.style);
  if (view === 'live' && live === null)
    throw new AppError('not_found', {
      message: `nginx show: there is no file at ${path}.`,
      remedy: 'What would be written: `conduit nginx show --wanted`.',
    });
  if (view === 'wanted' && wanted === '')
    throw new AppError('not_found', {
      message: `nginx show: the wanted configuration cannot be worked out now${state.message === null ? '' : `: ${state.message}`}`,
      remedy: '`conduit nginx test` says why.',
    });
  if (view === 'kernel' && kernelRules === null)
    throw new AppError('not_found', {
      message: `nginx show: the engine is ${state.engine}, so there are no rules of the kernel engine.`,
    });
  return ({ live, wanted, kernel: kernelRules }[view] ?? '').trimEnd();
}

async function test(cli: Cli, _words: string[], { json }: Options): Promise<void> {
  const result = await cli.client.call('balancer.test', {});
  if (json === true) cli.print(JSON.stringify(result));
  if (!result.ok) throw new AppError('balancer_rejected', { message: `nginx test: ${result.message}` });
  if (json !== true) cli.print(cli.style.green(result.message));
}

async function apply(cli: Cli, _words: string[], options: Options): Promise<void> {
  const detail = await cli.client.call('balancer.get', {});
  const question = applyQuestion(detail);
  if (question !== null) await ask(cli, options, 'nginx apply', question);
  cli.print(liveText(await cli.client.call('balancer.apply', {})));
}

async function reload(cli: Cli): Promise<void> {
  const before = await cli.client.call('balancer.get', {});
  for (const line of reloadQuestion(before).lines) cli.note(line);
  const { config } = await cli.client.call('balancer.reload', {});
  cli.print(`nginx has read ${config.path} again.`);
}

async function restore(cli: Cli, [start = '']: string[], options: Options): Promise<void> {
  const detail = await cli.client.call('balancer.get', {});
  const backup = findBackup(detail.backups, start);
  await ask(cli, options, 'nginx restore', restoreQuestion(detail, backup));
  const { state } = await cli.client.call('balancer.restore', { id: backup.id });
  cli.print(
    `The configuration of ${formatDateTime(backup.at)} is live${state.state === 'held' ? ' and held' : ''}. Follow the fleet again with \`conduit nginx apply\`.`,
  );
}

async function ask(cli: Cli, options: Options, command: string, question: Question): Promise<void> {
  for (const line of question.lines) cli.note(`  ${line}`);
  await confirm(cli, options, command, question.title);
}

function liveText({ state, config }: BalancerDetail): string {
  return `The wanted configuration is live in ${config.path}: ${state.state}, ${plural(state.backends, 'station')} behind it.`;
}

/** @throws AppError when not exactly one begins so */
function findBackup(backups: BalancerDetail['backups'], start: string): BalancerDetail['backups'][number] {
  const found = backups.filter(({ id }) => id.startsWith(start));
  const exact = found.find(({ id }) => id === start) ?? found[0];
  if (exact !== undefined && (found.length === 1 || exact.id === start)) return exact;
  throw new AppError('not_found', {
    message:
      found.length === 0
        ? `nginx restore: no backup begins with ${start}`
        : `nginx restore: ${plural(found.length, 'backup')} begin with ${start}`,
    remedy: 'List them with `conduit nginx backups`.',
  });
}
