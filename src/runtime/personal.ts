// Personal fields of commands: sealed before the command is decided, so that no event, view or backup holds them in the clear.
const marked = new WeakMap<object, string[]>();

/** Marks a text property of a command class as personal: what deciders and events get is the `Sealed` text. */
export function Personal(): PropertyDecorator {
  return (prototype, property) => {
    if (typeof property !== 'string') throw new TypeError('a personal field has a name');
    marked.set(prototype, [...(marked.get(prototype) ?? []), property]);
  };
}

/** Names of the personal fields of a command class, inherited ones included. */
export function personalFieldsOf(commandClass: { readonly prototype: object }): readonly string[] {
  const fields: string[] = [];
  for (let at: object | null = commandClass.prototype; at; at = Object.getPrototypeOf(at) as object | null) {
    fields.push(...(marked.get(at) ?? []));
  }
  return fields;
}

/**
 * The command with another text in the place of each personal one; the command itself when it has none.
 * @throws TypeError for a personal field that is no text: a bug, as bodies are validated before.
 */
export function withPersonalFields<C extends object>(command: C, fields: readonly string[], instead: (text: string) => string): C {
  const values = command as Readonly<Record<string, unknown>>;
  const present = fields.filter((field) => values[field] !== undefined && values[field] !== null);
  if (present.length === 0) return command;
  const replaced: Record<string, string> = {};
  for (const field of present) {
    const text = values[field];
    if (typeof text !== 'string') throw new TypeError(`personal field ${field} of ${command.constructor.name} is no text`);
    replaced[field] = instead(text);
  }
  return Object.assign(Object.create(Object.getPrototypeOf(command) as object) as C, command, replaced);
}
