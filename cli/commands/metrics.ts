import type { Command } from '../command.ts';

export const metrics: Command = {
  name: 'metrics',
  summary: 'every figure in the text format of Prometheus',
  details:
    'A scraper gets the same at /metrics of the panel, with a token:\n' +
    '  conduit metrics token             prints a new one; the one before it ends\n' +
    '  conduit metrics token --remove    lets nobody scrape',
  async run(cli) {
    const { text } = await cli.client.call('metrics.scrape', {});
    cli.print(text.trimEnd());
  },
  subcommands: [
    {
      name: 'token',
      summary: 'makes the token that a scraper needs',
      needsRoot: true,
      options: [{ flags: '--remove', description: 'end it instead' }],
      async run(cli, _words, { remove }) {
        if (remove === true) {
          await cli.client.call('metrics.removeToken', {});
          cli.print('Nobody may scrape any more.');
          return;
        }
        const { token } = await cli.client.call('metrics.createToken', {});
        cli.print(token);
        cli.note('It is shown this once. Prometheus sends it as `authorization: { credentials: … }`.');
      },
    },
  ],
};
