// From a list's query string to what the list is asked for.

/** The query's `cursor` is the list's `after`. */
export const listing = <F extends { readonly cursor?: string }>({ cursor, ...rest }: F): Omit<F, 'cursor'> & { readonly after?: string } => ({
  ...rest,
  ...(cursor === undefined ? {} : { after: cursor }),
});
