/** A diagnosis as text for a terminal. Pure. */
import type { DoctorCheck, DoctorReport } from '../lib/contract/doctor.ts';
import { byGroup, doctorSentence, GROUPS } from '../lib/format/doctor.ts';
import type { Style } from './command.ts';

const MARKS: Record<DoctorCheck['level'], string> = {
  ok: '✓',
  note: '·',
  warning: '!',
  error: '✗',
  unknown: '?',
};

export function doctorView(report: DoctorReport, style: Style): string {
  const width = Math.max(...report.checks.map(({ title }) => title.length));
  const lines = byGroup(report.checks).flatMap(({ group, checks }) => [
    style.bold(GROUPS[group]),
    ...checks.flatMap((check) => checkLines(check, width, style)),
    '',
  ]);
  return [...lines, doctorSentence(report)].join('\n');
}

function checkLines(check: DoctorCheck, width: number, style: Style): string[] {
  const paint = {
    ok: style.green,
    note: style.cyan,
    warning: style.yellow,
    error: style.red,
    unknown: style.dim,
  }[check.level];
  const first = `  ${paint(MARKS[check.level])} ${check.title.padEnd(width)}  ${check.evidence}`;
  return check.remedy === null ? [first] : [first, `    ${' '.repeat(width)}  → ${check.remedy}`];
}
