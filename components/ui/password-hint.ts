/** A word on a new password. Length is what counts; obvious patterns are named. The agent holds the hard limits. */
export interface PasswordHint {
  level: 'short' | 'weak' | 'good' | 'strong';
  text: string;
}

export const HINT_INK: Record<PasswordHint['level'], string> = {
  short: 'text-ink-muted',
  weak: 'text-warn',
  good: 'text-ink-muted',
  strong: 'text-ok',
};

const SHORTEST = 12;
const COMMON = /password|passwort|qwert|asdf|1234|conduit|psiphon|admin|letmein|welcome/i;

export function passwordHint(password: string, username: string): PasswordHint {
  const missing = SHORTEST - password.length;
  if (missing > 0) {
    return { level: 'short', text: `${missing} more ${missing === 1 ? 'character' : 'characters'} needed.` };
  }
  if (new Set(password).size < 6) return { level: 'weak', text: 'Easy to guess: it repeats itself.' };
  if (username.length > 2 && password.toLowerCase().includes(username.toLowerCase())) {
    return { level: 'weak', text: 'Easy to guess: it contains the name.' };
  }
  if (COMMON.test(password) && password.length < 20) {
    return { level: 'weak', text: 'Easy to guess: it contains a very common word.' };
  }
  if (password.length >= 20) return { level: 'strong', text: 'Strong.' };
  return { level: 'good', text: 'Good. Four or five random words would be stronger and easier to type.' };
}
