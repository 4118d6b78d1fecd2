/** Countries as small numbers, the same for ever: history is stored under them. */

const LETTERS = 26;
const A = 65;
/** After the 676 pairs of letters. `other` is made when figures are shown and never stored. */
const WORDS = ['unknown', 'private', 'own'];
const FIRST_WORD = LETTERS * LETTERS;

/** What is no ISO code, such as the `RELAY` of one fork, is unknown. */
export function countryKey(code: string, personal = false): number {
  const word = WORDS.indexOf(code);
  const number = word !== -1 ? FIRST_WORD + word : /^[A-Z]{2}$/.test(code) ? pair(code) : FIRST_WORD;
  return number * 2 + (personal ? 1 : 0);
}

function pair(code: string): number {
  return (code.charCodeAt(0) - A) * LETTERS + (code.charCodeAt(1) - A);
}

/** Whether the key is of clients from the operator's own circle, as stations of 2.x tell them apart. */
export function isPersonal(key: number): boolean {
  return key % 2 === 1;
}

const codes: string[] = [];

export function countryOf(key: number): string {
  const number = key >> 1;
  const known = codes[number];
  if (known !== undefined) return known;
  const code =
    number < FIRST_WORD
      ? String.fromCharCode(A + Math.floor(number / LETTERS), A + (number % LETTERS))
      : (WORDS[number - FIRST_WORD] ?? 'unknown');
  codes[number] = code;
  return code;
}
