/**
 * A change of the host, one step at a time. Each step can look whether it is right already, so running an
 * installation again changes nothing that is right, and an interrupted one goes on where it stopped.
 */
import { AppError } from '../contract/errors.ts';

export type Finding = { right: true; note: string } | { right: false; why: string };

export interface Step {
  /** What it is about: `System packages`. */
  title: string;
  /** Looks, changes nothing. */
  check(): Promise<Finding>;
  /** Makes it right. @param say a line for people, as often as there is something to say */
  apply(say: (text: string) => void): Promise<void>;
  /** What to do when it fails and the error itself does not know. */
  remedy: string;
}

export interface Report {
  /** The step is right, before (`changed: false`) or after it was applied. */
  done(title: string, note: string, changed: boolean): void;
  begin(title: string, why: string): void;
  say(text: string): void;
}

export const right = (note = 'already right'): Finding => ({ right: true, note });
export const wrong = (why: string): Finding => ({ right: false, why });

/**
 * Runs the steps in order and stops at the first that fails.
 * @returns how many changed something. @throws AppError with the way out
 */
export async function runSteps(steps: readonly Step[], report: Report): Promise<number> {
  let changed = 0;
  for (const step of steps) {
    const before = await attempt(step, () => step.check());
    if (before.right) {
      report.done(step.title, before.note, false);
      continue;
    }
    report.begin(step.title, before.why);
    await attempt(step, () => step.apply((text) => report.say(text)));
    const after = await attempt(step, () => step.check());
    if (!after.right) {
      throw new AppError('internal', {
        message: `${step.title}: done, and still not right: ${after.why}`,
        remedy: step.remedy,
      });
    }
    changed += 1;
    report.done(step.title, after.note, true);
  }
  return changed;
}

async function attempt<T>(step: Step, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.remedy !== undefined) throw error;
    throw new AppError(error instanceof AppError ? error.code : 'internal', {
      message: `${step.title}: ${error instanceof Error ? error.message : String(error)}`,
      remedy: step.remedy,
      cause: error,
    });
  }
}
