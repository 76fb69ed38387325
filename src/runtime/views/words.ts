// Words: what full text is made of, folded so that those who look for "säule" find "SAULE". The same for rows and for what is looked for.

/** Longest word that is told from longer ones with the same beginning. */
const LONGEST = 64;
/** Letters that stand for others, and have no decomposition. */
const FOLDED: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ŧ: 't', ı: 'i', æ: 'ae', œ: 'oe', ß: 'ss', þ: 'th', ς: 'σ' };
const FOLDABLE = new RegExp(`[${Object.keys(FOLDED).join('')}]`, 'g');
/** Scripts that are written without spaces: each letter is a word. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/gu;
const WORD = /[\p{L}\p{N}]+/gu;

/** Folded words of a text in order: runs of letters and digits. */
export function wordsOf(text: string): string[] {
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(FOLDABLE, (letter) => FOLDED[letter] as string);
  const words = folded.replace(UNSPACED, ' $& ').match(WORD) ?? [];
  return words.map((word) => (word.length > LONGEST ? word.slice(0, LONGEST).toWellFormed() : word));
}

/** What FTS5 is asked for: every word, and the last one as a beginning. Quoted, so that nothing in it is syntax. undefined: no word. */
export function matchOf(text: string): string | undefined {
  const words = wordsOf(text);
  const last = words.pop();
  if (last === undefined) return undefined;
  return [...[...new Set(words)].map((word) => `"${word}"`), `"${last}" *`].join(' AND ');
}
