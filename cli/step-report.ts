import { formatDuration } from '../lib/format/time.ts';
import type { Report } from '../lib/install/step.ts';
import type { Cli } from './command.ts';

/** Shows the steps of an installation as they go. */
export function stepReport({ print, style }: Cli): Report {
  let startedAt = 0;
  return {
    begin(title, why) {
      startedAt = Date.now();
      print(`${style.yellow('•')} ${title}: ${why}`);
    },
    say: (text) => print(`    ${style.dim(text)}`),
    done(title, note, changed) {
      const took = changed ? `done in ${formatDuration(Date.now() - startedAt)}` : note;
      print(`${style.green('✓')} ${title}: ${took}`);
    },
  };
}
