import { claimNameSchema } from '../../lib/contract/claim.ts';
import { AppError } from '../../lib/contract/errors.ts';
import { stationIndexSchema } from '../../lib/contract/fleet.ts';
import { qrLines } from '../../lib/format/qr.ts';
import type { Command } from '../command.ts';
import { numberArgument } from '../parse.ts';

export const claim: Command = {
  name: 'claim',
  summary: 'show the QR code and the link that pair a station with Ryve',
  args: [{ spec: '<station>', description: 'its number' }],
  options: [{ flags: '--name <text>', description: 'what Ryve calls it (default: the container’s name)' }],
  details:
    'The code and the link ARE the station’s private key: whoever has them has the station’s identity. Show them to\n' +
    'nobody, send them through nobody, and clear the terminal afterwards. The activity log notes that they were shown.',
  needsRoot: true,
  async run(cli, [text = ''], options) {
    const station = numberArgument('claim', 'station', text, stationIndexSchema);
    const name = typeof options.name === 'string' ? readName(options.name) : {};
    const { claims } = await cli.client.call('station.claim', { stations: [station], ...name });
    for (const { name: called, proxyId, link } of claims) {
      cli.note(
        cli.style.red(
          'This is the station’s private key. Whoever photographs or copies it has the station’s identity and reputation.',
        ),
      );
      cli.print(`${called}, Proxy ID ${proxyId}`);
      for (const line of qrLines(link)) cli.print(line);
      cli.print(link);
      cli.note('Scan it with the Ryve app, then clear the terminal: clear && printf "\\e[3J"');
    }
  },
};

function readName(text: string): { name: string } {
  const parsed = claimNameSchema.safeParse(text);
  if (parsed.success) return { name: parsed.data };
  throw new AppError('invalid_input', {
    message: `claim: name ${parsed.error.issues[0]?.message ?? 'is not valid'}`,
  });
}
