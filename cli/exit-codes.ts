import { ERRORS } from '../lib/contract/errors.ts';

/** Exit code → the failures that end with it, from the table the agent answers with. */
export function exitCodes(): { code: number; meaning: string }[] {
  const byCode = new Map<number, string[]>();
  for (const [name, { exitCode }] of Object.entries(ERRORS))
    byCode.set(exitCode, [...(byCode.get(exitCode) ?? []), name.replaceAll('_', ' ')]);
  const failures = [...byCode].map(([code, names]) => ({ code, meaning: names.join(', ') }));
  return [{ code: 0, meaning: 'done' }, ...failures.toSorted((a, b) => a.code - b.code)];
}

export function exitCodeText(): string {
  return [
    'Exit codes:',
    ...exitCodes().map(({ code, meaning }) => `${String(code).padStart(4)}  ${meaning}`),
  ].join('\n');
}
