// Schemas of what reads show, made from the schemas of the rows that they rest on.
type Schema = Readonly<Record<string, unknown>>;

const KEPT_BY_THE_VIEW = ['key', 'since'];

/** A row's schema without some columns and with other properties, all of them required but the `optional` ones. */
export function shown(row: Schema, without: readonly string[], properties: Schema, optional: Schema = {}): Record<string, unknown> {
  const left = [...KEPT_BY_THE_VIEW, ...without];
  const columns = Object.entries(row['properties'] as Schema).filter(([name]) => !left.includes(name));
  const required = { ...Object.fromEntries(columns), ...properties };
  return { type: 'object', properties: { ...required, ...optional }, required: Object.keys(required) };
}

export const listOf = (items: Schema): Schema => ({ type: 'array', items });
