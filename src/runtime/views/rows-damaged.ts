// Rows that make no sense, though SQLite takes their file for whole: what it checks was not hit.

export class RowsDamaged extends Error {
  constructor(cause: Error) {
    super(`rows make no sense: ${cause.message}`, { cause });
    this.name = 'RowsDamaged';
  }
}

/** What reading of something that is not as it was written ends in: nothing where there is always something, numbers and texts out of form. */
const NONSENSE: readonly string[] = ['TypeError', 'RangeError', 'SyntaxError'];

/** Reads rows, with what is asked for checked before. @throws RowsDamaged for damage, or a bug; SQLite's own errors as they are */
export function readable<R>(read: () => R): R {
  try {
    return read();
  } catch (error) {
    // Not by `instanceof`: the errors of built-in modules may be of another realm.
    if (NONSENSE.includes((error as Error).name)) throw new RowsDamaged(error as Error);
    throw error;
  }
}
