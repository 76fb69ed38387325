// Events: plain typed objects. The code name (`type`) is free to change; the wire name is chosen once and versioned.

/** A fact as a decision states it, before it has a place in the log. `data` is plain JSON. */
export interface Event<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** Where an event stands in the log, and who caused it. */
export interface Place {
  /** Place in the order of all events: 1, 2, 3, … without gaps. */
  readonly position: number;
  readonly stream: string;
  /** Place in its stream, from 0. Exact expected revisions refer to it. */
  readonly revision: number;
  /** Log time in ms since 1970-01-01T00:00:00Z: the running maximum of the recorded times. */
  readonly time: number;
  readonly commandId: string;
  /** The person (or `SYSTEM_ACTOR`) who acted. */
  readonly actor: string;
  /** The party in whose name the actor acted, where it is another. */
  readonly onBehalfOf?: string;
}

/** An event with its place: what folds and views see. Void events never get here. */
export type Recorded<E extends Event = Event> = E extends Event ? E & Place : never;

/** Whom an event or a row may be shown to, besides auditors, who may read everything. */
export type Audience =
  | 'public'
  /** Members in good standing. */
  | 'community'
  | { readonly role: string }
  | { readonly party: string }
  | { readonly person: string };

/** One declared audience, several, or a function of the event's data. */
export type Visibility<Data> = 'public' | 'community' | 'officers' | ((data: Data) => readonly Audience[]);

export interface EventDescription<Data> {
  /** `<room>.<what-happened>.v<n>`, never changed once released. */
  readonly wire: string;
  readonly visibility: Visibility<Data>;
  /** Older wire names, each with the step that turns its data into today's. */
  readonly upcasters?: Readonly<Record<string, (data: never) => Data>>;
}

export type EventDescriptions<E extends Event> = {
  readonly [T in E['type']]: EventDescription<Extract<E, { type: T }>['data']>;
};

/** Declares the events of one stream kind: wire names, visibility, upcasters. */
export function describeEvents<E extends Event>(descriptions: EventDescriptions<E>): EventDescriptions<E> {
  return descriptions;
}

const WIRE_NAME = /^[a-z][a-z-]*\.[a-z][a-z-]*\.v[1-9][0-9]*$/;

interface Decoding {
  readonly type: string;
  readonly upcast?: (data: never) => unknown;
}

/** Every event type of the service: the one place where wire names become code names and back. */
export class EventCatalogue {
  private readonly byType = new Map<string, EventDescription<never>>();
  private readonly byWire = new Map<string, Decoding>();

  /** @throws Error when two descriptions share a code name or a wire name, or a wire name is ill-formed. */
  constructor(descriptions: readonly object[]) {
    for (const described of descriptions) {
      for (const [type, description] of Object.entries(described) as [string, EventDescription<never>][]) {
        if (this.byType.has(type)) throw new Error(`event type ${type} is described twice`);
        this.byType.set(type, description);
        this.addWire(description.wire, { type });
        for (const [wire, upcast] of Object.entries(description.upcasters ?? {})) this.addWire(wire, { type, upcast });
      }
    }
  }

  /** @throws Error for a type that no room describes (a bug, not bad input). */
  encode(event: Event): { type: string; data: unknown } {
    return { type: this.describe(event.type).wire, data: event.data };
  }

  /** @returns undefined for a wire name this version does not know. */
  decode(wire: string, data: unknown): Event | undefined {
    const decoding = this.byWire.get(wire);
    if (!decoding) return undefined;
    return { type: decoding.type, data: decoding.upcast ? decoding.upcast(data as never) : data };
  }

  audienceOf(event: Event): readonly Audience[] {
    const { visibility } = this.describe(event.type);
    if (typeof visibility === 'function') return visibility(event.data as never);
    return visibility === 'officers' ? [{ role: 'steward' }, { role: 'guardian' }] : [visibility];
  }

  describe(type: string): EventDescription<never> {
    const description = this.byType.get(type);
    if (!description) throw new Error(`event type ${type} is not described by any room`);
    return description;
  }

  types(): string[] {
    return [...this.byType.keys()];
  }

  wireNamesOf(type: string): string[] {
    const { wire, upcasters } = this.describe(type);
    return [wire, ...Object.keys(upcasters ?? {})];
  }

  private addWire(wire: string, decoding: Decoding): void {
    if (!WIRE_NAME.test(wire)) throw new Error(`wire name ${wire} is not of the form room.what-happened.v1`);
    if (this.byWire.has(wire)) throw new Error(`wire name ${wire} is used twice`);
    this.byWire.set(wire, decoding);
  }
}
