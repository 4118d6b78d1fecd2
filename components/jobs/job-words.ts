import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  Unplug,
} from 'lucide-react';
import type { Job, JobState } from '../../lib/contract/jobs.ts';
import type { Tone } from '../ui/badge.tsx';

/** How each state of a job is named and drawn, once. */
export const JOB_STATES: Record<JobState, { label: string; tone: Tone; icon: LucideIcon }> = {
  queued: { label: 'Waiting', tone: 'neutral', icon: Hourglass },
  running: { label: 'Running', tone: 'accent', icon: LoaderCircle },
  succeeded: { label: 'Done', tone: 'ok', icon: CircleCheck },
  failed: { label: 'Failed', tone: 'critical', icon: CircleX },
  cancelled: { label: 'Cancelled', tone: 'neutral', icon: Ban },
  interrupted: { label: 'Interrupted', tone: 'warn', icon: Unplug },
};

type StepState = Job['steps'][number]['state'];

export const STEP_STATES: Record<StepState, { label: string; ink: string; icon: LucideIcon }> = {
  pending: { label: 'not yet', ink: 'text-ink-faint', icon: CircleDashed },
  running: { label: 'running', ink: 'text-accent-text', icon: LoaderCircle },
  done: { label: 'done', ink: 'text-ok', icon: CircleCheck },
  failed: { label: 'failed', ink: 'text-critical', icon: CircleX },
  skipped: { label: 'left out', ink: 'text-ink-faint', icon: Ban },
};

/** Of jobs that nothing goes on with by itself. */
const AFTER_A_STOP: Record<string, string> = {
  'vault.create': 'Nothing of the archive was kept; make it again.',
  'vault.restore': 'Restore the same archive again: what is in place already is left alone.',
};

/** What the end of a job means, in one sentence; null while it goes on. */
export function outcomeOf(job: Job): string | null {
  switch (job.state) {
    case 'succeeded':
      return 'Everything is as you asked.';
    case 'cancelled':
      return 'What was done before stays done; apply again to finish.';
    case 'interrupted':
      return `The agent stopped in the middle. ${AFTER_A_STOP[job.kind] ?? 'After its start it goes on by itself towards the settings you saved.'}`;
    default:
      return null;
  }
}
