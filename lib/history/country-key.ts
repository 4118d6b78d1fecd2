/** Countries as small numbers, the same for ever: history is stored under them. */

const LETTERS = 26;
const A = 65;
/** After the 676 pairs of letters. `other` is made when figures are shown and never stored. */
const WORDS = ['unknown', 'private', 'own'];
const FIRST_WORD = LETTERS * LETTERS;

/** What is no ISO code, such as the `RELAY` of one fork, is unknown. */
export function countryKey(code: string, personal = false): number {
  const word = code.length === 2 ? -1 : WORDS.indexOf(code);
  return ((word === -1 ? pair(code) : FIRST_WORD + word) << 1) | (personal ? 1 : 0);
}

/** Asked for each country of each station every two seconds. */
function pair(code: string): number {
  const first = code.charCodeAt(0) - A;
  const second = code.charCodeAt(1) - A;
  const isPair = code.length === 2 && first >= 0 && first < LETTERS && second >= 0 && second < LETTERS;
  return isPair ? first * LETTERS + second : FIRST_WORD;
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
