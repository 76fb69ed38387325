// Rejections: every refusal has a name, a reason and the rule it rests on.

export type Details = Readonly<Record<string, unknown>>;

/** A refusal with a name. Thrown at the edge, returned as a value by deciders. */
export class Rejection extends Error {
  /** The rejection's name, the last part of its problem type. */
  override readonly name: string;
  /** HTTP status: 400 malformed, 401/403, 404, 409 state, 412/428 preconditions, 422 a rule of the community, 503. */
  readonly status: number;
  /** The rule that it rests on, as a sentence. */
  readonly rule: string;
  /** Facts of the case: plain JSON. */
  readonly details: Details;
  /** Position of the record that the refusal left in the log; absent for one that left none. */
  readonly recordedAt?: number;

  constructor(name: string, status: number, reason: string, rule: string, details: Details = {}, recordedAt?: number) {
    super(reason);
    this.name = name;
    this.status = status;
    this.rule = rule;
    this.details = details;
    if (recordedAt !== undefined) this.recordedAt = recordedAt;
  }

  /** The same refusal, on record at a position. */
  recorded(position: number): Rejection {
    return new Rejection(this.name, this.status, this.message, this.rule, this.details, position);
  }

  toJSON(): RejectionJson {
    return { name: this.name, status: this.status, reason: this.message, rule: this.rule, details: this.details };
  }

  static fromJSON(json: RejectionJson): Rejection {
    return new Rejection(json.name, json.status, json.reason, json.rule, json.details);
  }
}

export interface RejectionJson {
  readonly name: string;
  readonly status: number;
  readonly reason: string;
  readonly rule: string;
  readonly details: Details;
}

export type RejectionDeclaration = readonly [status: number, reason: string, rule: string];

export type Rejections<D> = { readonly [Name in keyof D]: (details?: Details) => Rejection };

const declared = new Map<string, RejectionDeclaration>();

/** Declares named rejections next to the rule: `{ VotingNotOpen: [409, reason, rule] }`. */
export function defineRejections<const D extends Record<string, RejectionDeclaration>>(declarations: D): Rejections<D> {
  const made: Record<string, (details?: Details) => Rejection> = {};
  for (const [name, declaration] of Object.entries(declarations)) {
    const before = declared.get(name);
    if (before && before.join() !== declaration.join()) throw new Error(`rejection ${name} is declared twice`);
    declared.set(name, declaration);
    const [status, reason, rule] = declaration;
    made[name] = (details) => new Rejection(name, status, reason, rule, details);
  }
  return made as Rejections<D>;
}

/** All rejections declared so far, by name: for the OpenAPI document and the docs. */
export function declaredRejections(): ReadonlyMap<string, RejectionDeclaration> {
  return declared;
}
