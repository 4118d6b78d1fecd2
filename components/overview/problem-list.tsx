import type { Problem } from '../../lib/contract/snapshot.ts';
import { Note, withCode } from '../ui/note.tsx';

const TONES = { critical: 'critical', warning: 'warn', info: 'accent' } as const;
const ORDER = { critical: 0, warning: 1, info: 2 };
/** More than this many of one kind say nothing new. */
const MOST = 5;

/** What is wrong now, the worst first, each with the way out. */
export function ProblemList({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  const sorted = problems.toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  const rest = sorted.length - MOST;
  return (
    <section aria-label="Problems" className="flex flex-col gap-3">
      {sorted.slice(0, MOST).map((problem) => (
        <Note
          key={`${problem.code}-${problem.station ?? 0}`}
          tone={TONES[problem.severity]}
          title={problem.title}
        >
          <p>{withCode(problem.detail)}</p>
          {problem.remedy ? <p>{withCode(problem.remedy)}</p> : null}
        </Note>
      ))}
      {rest > 0 ? (
        <p className="px-1 text-ink-muted text-sm">
          and {rest} more, listed by <code>conduit status</code>
        </p>
      ) : null}
    </section>
  );
}
