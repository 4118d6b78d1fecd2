/** A diagnosis in words for people. Pure; shared by the panel and the CLI. */
import type { DoctorCheck, DoctorFix, DoctorReport } from '../contract/doctor.ts';
import { plural } from './count.ts';

export const GROUPS: Record<DoctorCheck['group'], string> = {
  server: 'Server',
  docker: 'Docker',
  balancer: 'Balancer',
  network: 'Network',
  stations: 'Stations',
  traces: 'Traces of others',
};

export const LEVELS: Record<DoctorCheck['level'], string> = {
  ok: 'Good',
  note: 'Note',
  warning: 'Warning',
  error: 'Problem',
  unknown: 'Unknown',
};

/** What the button of a fix says. */
export const FIXES: Record<DoctorFix, string> = {
  'tuning.apply': 'Tune the kernel',
  'balancer.apply': 'Apply the wanted configuration',
  'firewall.apply': 'Let in what is needed',
};

export function isFinding({ level }: Pick<DoctorCheck, 'level'>): boolean {
  return level === 'warning' || level === 'error';
}

export function doctorSentence({ checks }: Pick<DoctorReport, 'checks'>): string {
  const count = (level: DoctorCheck['level']) => checks.filter((check) => check.level === level).length;
  const [problems, warnings, notes] = [count('error'), count('warning'), count('note')];
  const parts = [
    problems === 0 ? null : plural(problems, 'problem'),
    warnings === 0 ? null : plural(warnings, 'warning'),
    notes === 0 ? null : plural(notes, 'note'),
  ].filter((part) => part !== null);
  const found = parts.length === 0 ? 'all is well' : parts.join(', ');
  return `${plural(checks.length, 'check')}: ${found}.`;
}

/** The groups that have checks, in their order. */
export function byGroup<T extends Pick<DoctorCheck, 'group'>>(
  checks: readonly T[],
): { group: DoctorCheck['group']; checks: T[] }[] {
  return (Object.keys(GROUPS) as DoctorCheck['group'][])
    .map((group) => ({ group, checks: checks.filter((check) => check.group === group) }))
    .filter((one) => one.checks.length > 0);
}
