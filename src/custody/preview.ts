// Preview: what a proposal's clauses would have refused of what moved of late. Read from the log alone, each movement judged as things
// stood at its own place.
import {
  charter, charterEvents, evaluate, membership, membershipEvents, memberStream, party, partyEvents, partyStream, wordsOf,
  type Acquired, type Binding, type Charter, type CharterEvent, type Clause, type Membership, type MembershipEvent, type Party, type PartyEvent,
} from '../community/index.ts';
import { isElection, proposal as proposalFold, proposalRejections, proposalStream, type ProposedText } from '../governance/index.ts';
import { defineRejections, instantOf, msOf, type Event, type Fold, type Instant, type Recorded } from '../kernel/index.ts';
import type { Inquiry } from '../runtime/index.ts';
import { movement, type Asked } from './denial.ts';
import { holderOf } from './holder.ts';
import type { LotEvent } from './lot.events.ts';
import type { RequestEvent } from './request.events.ts';

export const previewRejections = defineRejections({
  NothingToPreview: [422, 'the proposal would put no clauses in force', 'What clauses would have refused is asked of a proposal that adopts a protocol.'],
});

export const PREVIEWED = ['intake', 'request', 'offer', 'acceptance'] as const;
export type Previewed = (typeof PREVIEWED)[number];
type ByAct = Record<Previewed, number>;

export interface PreviewAsked {
  readonly proposal: string;
  /** Code of the option, of a proposal that has several. */
  readonly option?: string;
  /** Movements from this instant on, by log time. */
  readonly since: Instant;
}

/** A movement that would have been refused. */
export interface PreviewCase {
  readonly position: number;
  readonly at: Instant;
  readonly act: Previewed;
  readonly lot: string;
  readonly material: string;
  /** PartyIds of who would not have got it. */
  readonly parties: readonly string[];
  /** Ids of the clauses that would have denied it. */
  readonly clauses: readonly string[];
}

export interface Preview {
  readonly proposal: string;
  readonly protocol: string;
  readonly since: Instant;
  /** What happened … */
  readonly judged: Readonly<ByAct>;
  /** … and how much of it would have been refused. */
  readonly refused: Readonly<ByAct>;
  readonly clauses: readonly { readonly clause: string; readonly words: string; readonly refused: number }[];
  /** The first of them, in the order of the log. */
  readonly cases: readonly PreviewCase[];
}

const MOST_CASES = 50;

/** Folds of many streams, carried along in one pass over the log. */
class Standings<E extends Event, S> {
  private readonly states = new Map<string, S>();
  private readonly fold: Fold<E, S>;

  constructor(fold: Fold<E, S>) {
    this.fold = fold;
  }

  take(event: Recorded<E>): void {
    this.states.set(event.stream, this.fold.evolve(this.of(event.stream), event));
  }

  of(stream: string): S {
    return this.states.get(stream) ?? this.fold.initial;
  }
}

type Moves = Extract<LotEvent, { type: 'LotRegistered' | 'CustodyOffered' | 'OfferAccepted' }> | Extract<RequestEvent, { type: 'MaterialRequested' }>;
type Told = CharterEvent | MembershipEvent | PartyEvent | LotEvent | Extract<RequestEvent, { type: 'MaterialRequested' }>;

const typesOf = <T extends string>(described: Readonly<Record<T, unknown>>): readonly T[] => Object.keys(described) as T[];
const [OF_CHARTER, OF_MEMBERS, OF_PARTIES] = [typesOf(charterEvents), typesOf(membershipEvents), typesOf(partyEvents)];
const OF_LOTS = ['LotRegistered', 'CustodyOffered', 'TransferConfirmed', 'OfferAccepted', 'OfferDeclined', 'OfferWithdrawn', 'OfferLapsed'] as const;
const TYPES: readonly Told['type'][] = [...OF_CHARTER, ...OF_MEMBERS, ...OF_PARTIES, ...OF_LOTS, 'MaterialRequested'];

const isOf = <E extends Event>(types: readonly E['type'][], event: Recorded): event is Recorded<E> => types.includes(event.type);

/** How things stand at a place of the log, as far as clauses ask. */
class Ground {
  private charter: Charter = charter.initial;
  private readonly members = new Standings<MembershipEvent, Membership>(membership);
  private readonly parties = new Standings<PartyEvent, Party>(party);
  /** Who has confirmed an open offer. */
  private readonly confirmed = new Map<string, string[]>();

  /** Takes an event in. Gives what it asks of clauses, where it is a movement. */
  take(event: Recorded<Told>): { readonly act: Previewed; readonly moves: Recorded<Moves>; readonly asked: readonly Asked[] } | undefined {
    if (isOf<CharterEvent>(OF_CHARTER, event)) this.charter = charter.evolve(this.charter, event);
    else if (isOf<MembershipEvent>(OF_MEMBERS, event)) this.members.take(event);
    else if (isOf<PartyEvent>(OF_PARTIES, event)) this.parties.take(event);
    else return this.moved(event as Recorded<LotEvent | Moves>);
    return undefined;
  }

  /** The proposed clauses, beside what is in force: a mandate is in force or not, but nothing else of it is asked. */
  bindings(proposed: Binding): readonly Binding[] {
    const others = this.charter.status === 'absent' ? [] : this.charter.protocols.filter(({ protocol }) => protocol !== proposed.protocol);
    return [proposed, ...others.map(({ protocol, title }) => ({ protocol, title, clauses: [] }))];
  }

  private moved(event: Recorded<LotEvent | Moves>) {
    switch (event.type) {
      case 'LotRegistered': {
        const { owner, custodian, material } = event.data;
        const taken = (id: string, gets: Acquired): Asked => ({ act: 'intake', material, gets, holder: this.holder(id), taker: this.member(event.actor) });
        const asked = owner === custodian ? [taken(owner, 'ownership-and-custody')] : [taken(custodian, 'custody'), taken(owner, 'ownership')];
        return { act: 'intake' as const, moves: event, asked };
      }
      case 'MaterialRequested': {
        const { material, party: id } = event.data;
        return { act: 'request' as const, moves: event, asked: [{ act: 'request' as const, material, gets: 'custody' as const, holder: this.holder(id) }] };
      }
      case 'CustodyOffered': {
        const { material, to, passes } = event.data;
        return { act: 'offer' as const, moves: event, asked: [{ act: 'offer' as const, material, gets: passes, holder: this.holder(to) }] };
      }
      case 'OfferAccepted': {
        const { material, to, passes, transfer } = event.data;
        const seconds = (this.confirmed.get(transfer) ?? []).flatMap((by) => (by === event.actor ? [] : [this.member(by)]));
        this.confirmed.delete(transfer);
        const asked = { act: 'acceptance' as const, material, gets: passes, holder: this.holder(to), taker: this.member(event.actor), seconds };
        return { act: 'acceptance' as const, moves: event, asked: [asked] };
      }
      case 'TransferConfirmed': {
        const { transfer, by } = event.data;
        this.confirmed.set(transfer, [...(this.confirmed.get(transfer) ?? []), by]);
        return undefined;
      }
      default:
        this.confirmed.delete(event.data.transfer);
        return undefined;
    }
  }

  private member(person: string): Membership {
    return this.members.of(memberStream(person));
  }

  private holder(id: string) {
    return holderOf(id, this.charter, { party: this.parties.of(partyStream(id)), membership: this.member(id) });
  }
}

const none = (): ByAct => ({ intake: 0, request: 0, offer: 0, acceptance: 0 });

/** Ids of the proposed clauses that deny any of what was asked, in the order of the text. */
function denying(bindings: readonly Binding[], clauses: readonly Clause[], asked: readonly Asked[], at: Instant): { clauses: string[]; parties: string[] } {
  const [found, parties] = [new Set<string>(), new Set<string>()];
  for (const one of asked) {
    const verdict = evaluate(bindings, movement(one, at));
    if (verdict.allowed) continue;
    parties.add(one.holder.id);
    for (const { clause } of verdict.denied) found.add(clause);
  }
  return { clauses: clauses.flatMap(({ id }) => (found.has(id) ? [id] : [])), parties: [...parties] };
}

/** The text that would put clauses in force. @throws Rejection NothingToPreview */
function proposedIn(text: ProposedText, option: string | undefined): Binding {
  const options = isElection(text.measure) ? text.measure.options : [];
  const { title, measure } = (option === undefined ? text : options.find((one) => one.option === option)) ?? text;
  if (measure.kind !== 'adopt-protocol') throw previewRejections.NothingToPreview({ kind: measure.kind, options: options.map((one) => one.option) });
  return { protocol: measure.protocol, title, clauses: measure.clauses };
}

export const preview: Inquiry<PreviewAsked, Preview> = {
  name: 'preview',
  answer(log, { proposal, option, since }) {
    const state = log.fold(proposalFold, proposalStream(proposal));
    if (state.status === 'absent') throw proposalRejections.NoSuchProposal();
    const { title, protocol, clauses } = proposedIn(state.text, option);
    const from = msOf(since);
    const [ground, judged, refused, byClause] = [new Ground(), none(), none(), new Map(clauses.map(({ id }) => [id, 0]))];
    const cases: PreviewCase[] = [];
    for (const event of log.events<Told>(TYPES, 0, Infinity)) {
      const moved = ground.take(event);
      if (!moved || event.time < from) continue;
      const { act, moves, asked } = moved;
      const at = instantOf(event.time);
      judged[act] += 1;
      const by = denying(ground.bindings({ protocol, title, clauses }), clauses, asked, at);
      if (by.clauses.length === 0) continue;
      refused[act] += 1;
      for (const clause of by.clauses) byClause.set(clause, (byClause.get(clause) ?? 0) + 1);
      const { lot, material } = moves.data;
      if (cases.length < MOST_CASES) cases.push({ position: event.position, at, act, lot, material, ...by });
    }
    const found = clauses.map((clause) => ({ clause: clause.id, words: wordsOf(clause, title), refused: byClause.get(clause.id) ?? 0 }));
    return { proposal, protocol, since, judged, refused, clauses: found, cases };
  },
};
