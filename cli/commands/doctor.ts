import { AppError } from '../../lib/contract/errors.ts';
import { doctorSentence, isFinding } from '../../lib/format/doctor.ts';
import type { Command } from '../command.ts';
import { doctorView } from '../doctor-view.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'look for what is wrong with the server, and say what to do',
  options: [{ flags: '--json', description: 'print it as JSON' }],
  details: 'Changes nothing. Fails when it finds a warning or a problem; notes are no failure.',
  async run(cli, _words, { json }) {
    const report = await cli.client.call('doctor.get', {});
    cli.print(json === true ? JSON.stringify(report) : doctorView(report, cli.style));
    const findings = report.checks.filter(isFinding);
    if (findings.length > 0)
      throw new AppError('conflict', {
        message: `doctor: ${doctorSentence(report)}`,
        remedy: 'What to do stands below each of them; docs/troubleshooting.md says more.',
      });
  },
};
