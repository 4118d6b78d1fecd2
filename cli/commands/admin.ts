import { AppError } from '../../lib/contract/errors.ts';
import { passwordSchema } from '../../lib/contract/identity.ts';
import { panelPort } from '../../lib/install/panel-port.ts';
import type { Cli, Command } from '../command.ts';

export const admin: Command = {
  name: 'admin',
  summary: 'the administrator of the panel',
  subcommands: [
    {
      name: 'reset-password',
      summary: 'set a new password; ends every session',
      options: [
        { flags: '--user <name>', description: 'which administrator, where there are several' },
        { flags: '--password-stdin', description: 'read the password from standard input instead of asking' },
      ],
      needsRoot: true,
      async run(cli, _words, { user, passwordStdin }) {
        const password = passwordStdin === true ? await cli.readStdin() : await askTwice(cli);
        const checked = passwordSchema.safeParse(password);
        if (!checked.success)
          throw new AppError('invalid_input', {
            message: `admin reset-password: the password ${checked.error.issues[0]?.message ?? 'is not valid'}`,
          });
        const { username } = await cli.client.call('admin.resetPassword', {
          password,
          ...(typeof user === 'string' ? { username: user } : {}),
        });
        cli.print(`The password of ${username} is changed; every session has ended.`);
      },
    },
    {
      name: 'setup-link',
      summary: 'make a new one-time link that creates the administrator',
      needsRoot: true,
      async run(cli) {
        cli.print(await setupLink(cli));
        cli.note(
          'It works once, and not for long. Open it through the SSH tunnel (`conduit up` prints the command).',
        );
      },
    },
  ],
};

/** @throws AppError when there is an administrator already */
export async function setupLink(cli: Cli): Promise<string> {
  const { token } = await cli.client.call('setup.createLink', {});
  // After the #: browsers keep it to themselves, no server logs it.
  return `http://localhost:${await panelPort(cli.layout)}/setup#${token}`;
}

async function askTwice(cli: Cli): Promise<string> {
  const first = await cli.askSecret('New password: ');
  if (first === (await cli.askSecret('Again: '))) return first;
  throw new AppError('invalid_input', { message: 'admin reset-password: the two passwords differ' });
}
