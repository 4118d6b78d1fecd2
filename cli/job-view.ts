/** Jobs as text. Pure. */
import type { Job, JobState } from '../lib/contract/jobs.ts';
import { formatAgo, formatDuration } from '../lib/format/time.ts';
import type { Style } from './command.ts';

/** The id's first block is enough to name a job. */
const SHOWN_ID = 8;

/** @param now milliseconds since the epoch */
export function jobTable(jobs: readonly Job[], style: Style, now: number): string {
  if (jobs.length === 0) return 'No jobs yet.';
  return jobs
    .map((job) =>
      [
        style.dim(job.id.slice(0, SHOWN_ID)),
        state(job.state, style),
        formatAgo(job.createdAt, now).padEnd(14),
        job.title,
        job.error === null ? '' : style.red(`(${job.error.message})`),
      ]
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function jobDetail(job: Job, style: Style, now: number): string {
  const took = job.startedAt === null ? '' : `, ${formatDuration((job.endedAt ?? now) - job.startedAt)}`;
  const lines = [
    `${style.bold(job.title)}  ${state(job.state, style).trimEnd()}`,
    style.dim(`${job.id}, asked by ${job.actor} ${formatAgo(job.createdAt, now)}${took}`),
    ...job.steps.map((step) => {
      const message = step.message === null ? '' : style.dim(`  ${step.message}`);
      return `  ${step.state.padEnd(8)} ${step.title}${message}`;
    }),
  ];
  if (job.error === null) return lines.join('\n');
  const remedy = job.error.remedy === null ? [] : [`→ ${job.error.remedy}`];
  return [...lines, style.red(job.error.message), ...remedy].join('\n');
}

function state(name: JobState, style: Style): string {
  const text = name.padEnd(11);
  if (name === 'failed') return style.red(text);
  if (name === 'succeeded') return style.green(text);
  return name === 'running' ? style.cyan(text) : style.yellow(text);
}
