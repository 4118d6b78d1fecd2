import { CircleHelp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DoctorCheck, DoctorFix, DoctorReport } from '../../lib/contract/doctor.ts';
import { byGroup, FIXES, GROUPS, isFinding, LEVELS } from '../../lib/format/doctor.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { withCode } from '../ui/note.tsx';

const TONES: Record<DoctorCheck['level'], Tone> = {
  ok: 'ok',
  note: 'accent',
  warning: 'warn',
  error: 'critical',
  unknown: 'neutral',
};

interface Fixing {
  pending: DoctorFix | null;
  onFix: (fix: DoctorFix) => void;
}

export interface ChecksCardProps extends Fixing {
  report: DoctorReport;
  summary: ReactNode;
}

/** What is wrong stands first, by itself; below it every check in its group. */
export function ChecksCard({ report, summary, ...fixing }: ChecksCardProps) {
  const findings = report.checks.filter(isFinding);
  return (
    <>
      {findings.length === 0 ? null : (
        <Card aria-label="What is wrong">
          <CardHeader title="What is wrong" />
          <CardBody className="pt-2">
            <CheckList checks={findings} {...fixing} />
          </CardBody>
        </Card>
      )}
      <Card aria-label="Checks">
        <CardHeader title="Checks" description={summary} />
        <CardBody className="gap-10 pt-4 xl:columns-2">
          {byGroup(report.checks).map(({ group, checks }) => (
            <section key={group} aria-label={GROUPS[group]} className="mb-6">
              <h3 className="break-after-avoid font-medium text-ink-muted text-sm">{GROUPS[group]}</h3>
              <CheckList checks={checks} {...fixing} />
            </section>
          ))}
        </CardBody>
      </Card>
    </>
  );
}

function CheckList({ checks, ...fixing }: { checks: readonly DoctorCheck[] } & Fixing) {
  return (
    <ul className="divide-y">
      {checks.map((check) => (
        <CheckItem key={check.id} check={check} {...fixing} />
      ))}
    </ul>
  );
}

function CheckItem({ check, pending, onFix }: { check: DoctorCheck } & Fixing) {
  const { title, level, evidence, remedy, fix } = check;
  return (
    <li className="flex break-inside-avoid flex-col gap-1 py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p className="font-medium">{title}</p>
        <Badge tone={TONES[level]} {...(level === 'unknown' ? { icon: CircleHelp } : {})}>
          {LEVELS[level]}
        </Badge>
      </div>
      <p className="break-words text-ink-muted text-sm">{withCode(evidence)}</p>
      {remedy === null ? null : <p className="break-words text-sm">{withCode(remedy)}</p>}
      {fix === null ? null : (
        <div className="mt-1">
          <Button size="sm" pending={pending === fix} onClick={() => onFix(fix)}>
            {FIXES[fix]}
          </Button>
        </div>
      )}
    </li>
  );
}
