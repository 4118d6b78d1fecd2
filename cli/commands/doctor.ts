import type { DoctorReport } from '../../lib/contract/doctor.ts';
import { AppError } from '../../lib/contract/errors.ts';
import { doctorSentence, isFinding } from '../../lib/format/doctor.ts';
import type { Cli, Command } from '../command.ts';
import { doctorView } from '../doctor-view.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'look for what is wrong with the server, and say what to do',
  options: [{ flags: '--json', description: 'print it as JSON' }],
  details:
    'Changes nothing. Fails when it finds a warning or a problem; notes are no failure. Where the agent does not answer,\nit looks at the server by itself, as far as that goes.',
  async run(cli, _words, { json }) {
    const report = await diagnose(cli);
    cli.print(json === true ? JSON.stringify(report) : doctorView(report, cli.style));
    const findings = report.checks.filter(isFinding);
    if (findings.length > 0)
      throw new AppError('conflict', {
        message: `doctor: ${doctorSentence(report)}`,
        remedy: 'What to do stands below each of them; docs/troubleshooting.md says more.',
      });
  },
};

/** By the agent, which knows most; a server whose agent is down needs a doctor all the more. */
async function diagnose(cli: Cli): Promise<DoctorReport> {
  try {
    return await cli.client.call('doctor.get', {});
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'agent_unreachable') throw error;
  }
  const { diagnoseHost } = await import('../../lib/install/host-diagnosis.ts');
  return diagnoseHost(cli.layout);
}
