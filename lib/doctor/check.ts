/** What a check is, and the few forms most of them have. Pure. */
import type { DoctorCheck, DoctorFix } from '../contract/doctor.ts';
import type { Problem, Snapshot } from '../contract/snapshot.ts';
import type { Fact, Facts } from './facts.ts';

export interface Judgement {
  level: DoctorCheck['level'];
  evidence: string;
  remedy?: string | null;
  fix?: DoctorFix | null;
}

export interface Check {
  id: string;
  group: DoctorCheck['group'];
  title: string;
  /** What one notices when it is wrong; for docs/troubleshooting.md. */
  symptom: string;
  /** What to do then, step by step; the judgement may know better. */
  ways: string[];
  judge: (facts: Facts) => Judgement;
}

export const ok = (evidence: string): Judgement => ({ level: 'ok', evidence });

/** Judges a fact; one that could not be read is `unknown`, with the reason. */
export function given<T>(fact: Fact<T>, judge: (value: T) => Judgement): Judgement {
  if ('value' in fact) return judge(fact.value);
  return { level: 'unknown', evidence: fact.unknown, remedy: fact.remedy ?? null };
}

const WARN_AT = 0.8;
const FULL_AT = 0.95;

/** A table or a limit that fills up. @param what such as `entries` */
export function fillsUp(
  { used, max }: { used: number; max: number },
  what: string,
  remedy: string,
  fix: DoctorFix | null = null,
): Judgement {
  const share = max === 0 ? 0 : used / max;
  const evidence = `${used} of ${max} ${what} in use (${Math.round(share * 100)} %)`;
  if (share < WARN_AT) return ok(evidence);
  return { level: share < FULL_AT ? 'warning' : 'error', evidence, remedy, fix };
}

const LEVELS = { critical: 'error', warning: 'warning', info: 'note' } as const;
const ORDER = ['critical', 'warning', 'info'] as const;

/** The worst of the problems that are seen all the time; `otherwise` when none of these is. */
export function fromProblems<T extends Pick<Snapshot, 'problems'>>(
  fact: Fact<T>,
  belongs: (problem: Problem) => boolean,
  otherwise: (value: T) => Judgement,
): Judgement {
  return given(fact, (value) => {
    const mine = value.problems.filter(belongs);
    const [worst] = ORDER.flatMap((severity) => mine.filter((problem) => problem.severity === severity));
    if (worst === undefined) return otherwise(value);
    const more = mine.length === 1 ? '' : ` And ${mine.length - 1} more of the kind.`;
    return {
      level: LEVELS[worst.severity],
      evidence: `${worst.title}. ${worst.detail}${more}`,
      remedy: worst.remedy,
      fix: worst.code === 'balancer-drift' || worst.code === 'balancer-held' ? 'balancer.apply' : null,
    };
  });
}
