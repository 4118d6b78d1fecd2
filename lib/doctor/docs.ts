/** docs/troubleshooting.md from the catalogue, so that the page, the command and the document cannot differ. Pure. */
import { byGroup, GROUPS } from '../format/doctor.ts';
import { catalogue } from './diagnose.ts';

export function renderTroubleshooting(): string {
  const groups = byGroup(catalogue);
  const lines = [
    '# When something is wrong',
    '',
    '<!-- Made by scripts/troubleshooting-docs.ts from lib/doctor/; a test holds the two together. -->',
    '',
    '`sudo conduit doctor` and the System page look at all of this and say what they saw, with numbers. Below is what',
    'each check is about, how one notices without it, and what to do.',
    '',
    ...groups.flatMap(({ group, checks }) => [
      `## ${GROUPS[group]}`,
      '',
      ...checks.flatMap(({ title, symptom, ways }) => [
        `### ${title}`,
        '',
        `What one notices: ${symptom}`,
        '',
        ...ways.map((way) => `- ${way}`),
        '',
      ]),
    ]),
  ];
  return lines.join('\n');
}
