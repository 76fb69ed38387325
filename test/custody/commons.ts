// A community with people and parties around it, over a log in memory: what the tests of custody, defence and my page happen in.
import {
  CHARTER_STREAM, charterEvents, FOUNDING_RULES, memberStream, membershipEvents, partyEvents, partyStream, personEvents, personStream, viewerOf,
  type CharterEvent, type Clause, type MembershipEvent, type PartyEvent, type PartyKind, type PersonEvent, type Role, type Scope, type Untouchable, type Viewer,
} from '../../src/community/index.ts';
import { custodyHandlings } from '../../src/custody/custody.handlings.ts';
import { grandfatheringEvents, lotEvents, materialEvents, requestEvents } from '../../src/custody/index.ts';
import { proposalEvents } from '../../src/governance/index.ts';
import { RegisterLot } from '../../src/custody/lot.commands.ts';
import { RegisterMaterial } from '../../src/custody/material.commands.ts';
import { defenceHandlings } from '../../src/defence/defence.handlings.ts';
import { attemptEvents, evidenceEvents, sabotageEvents } from '../../src/defence/index.ts';
import {
  after, commandIdOfRequest, derivedId, EventCatalogue, instantOf, personIdOf, Rejection, SimulatedClock, type Event, type Fold, type Recorded,
} from '../../src/kernel/index.ts';
import { CommandExecutor, recordedOf, type Acknowledgement, type ReadAt, type ReaderOf, type Secrets, type Tables, type View } from '../../src/runtime/index.ts';
import { inquireIn } from '../support/inquire.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { tablesAfter } from '../support/memory-tables.ts';

export const MIDSUMMER = '2147-06-21T12:00:00.000Z';

export const catalogue = new EventCatalogue([
  charterEvents, personEvents, membershipEvents, partyEvents, proposalEvents, materialEvents, lotEvents, requestEvents, grandfatheringEvents, attemptEvents, evidenceEvents, sabotageEvents,
]);

/** Seals so that a test can see who sealed what. */
const plainSecrets: Secrets = {
  seal: (person, text) => `sealed.1.${person}.${Buffer.from(text).toString('base64url')}`,
  mark: (person, text) => `${person} ${text}`,
  open: (sealed) => Buffer.from(sealed.split('.')[3] ?? '', 'base64url').toString(),
  destroy: () => undefined,
  key: (purpose) => Buffer.from(purpose),
};

/** Ids by name: people and parties are told by names in tests. */
export const idOf = (name: string): string => personIdOf('commons', name);

export const COMMUNITY = idOf('the community');

export interface SentOn {
  /** Idempotency-Key; default: a new one. */
  readonly key?: string;
  readonly onBehalfOf?: string;
}

export class Commons {
  readonly clock = new SimulatedClock(MIDSUMMER);
  readonly log: MemoryLog;
  readonly secrets = plainSecrets;
  readonly executor: CommandExecutor;
  private told = 0;
  private keys = 0;
  private charterRevision = 1;

  private constructor(voids: boolean) {
    this.log = new MemoryLog({ clock: this.clock, voids });
    this.executor = new CommandExecutor({
      log: this.log,
      catalogue,
      handlings: [...custodyHandlings, ...defenceHandlings],
      views: {
        read: <T extends Tables>(view: View<T>, { asOf = this.log.head().position }: ReadAt = {}) => Promise.resolve({ position: asOf, tables: this.tables(view, asOf) }),
      },
      secrets: plainSecrets,
      inquire: inquireIn(this.log, catalogue),
      clock: this.clock,
    });
  }

  /** In force, with a catalogue of `biosilk` and `pet-flakes`, and a keeper named `kaito`. */
  static async found({ voids = false } = {}): Promise<Commons> {
    const commons = new Commons(voids);
    await commons.tell<CharterEvent>(
      CHARTER_STREAM,
      {
        type: 'CommunityFounded',
        data: {
          community: COMMUNITY, name: 'Mycelia', timeZone: 'Europe/Lisbon', language: 'en', charterText: 'Waste is ours.',
          firstFounder: idOf('iva'), firstFounderName: 'sealed', founderInvitations: [], rules: FOUNDING_RULES,
        },
      },
      { type: 'CommunityInForce', data: { community: COMMUNITY, founders: [idOf('iva')] } },
    );
    await commons.member('kaito', 'keeper');
    await commons.does('kaito', RegisterMaterial, { material: 'biosilk', name: 'Biosilk', productClass: 'grown textile' });
    await commons.does('kaito', RegisterMaterial, { material: 'pet-flakes', name: 'PET flakes', wasteCode: '150102' });
    return commons;
  }

  /** Appends what other rooms would. */
  async tell<E extends Event>(stream: string, ...events: readonly E[]): Promise<void> {
    const commandId = derivedId(idOf('told'), String(++this.told));
    const expected = this.log.streamHead(stream)?.revision ?? 'none';
    const encoded = events.map((event) => catalogue.encode(event));
    await this.log.append({ stream, expected, events: encoded, guards: [], commandId, attempt: 0, metadata: { actor: 'system' } });
  }

  /** Admits a member with roles beyond `member`. */
  async member(name: string, ...roles: readonly Role[]): Promise<string> {
    const person = idOf(name);
    await this.link(name);
    const admitted: MembershipEvent = { type: 'MemberAdmitted', data: { person, roles: ['member', ...roles], as: 'admitted' } };
    await this.tell(memberStream(person), admitted);
    return person;
  }

  /** Registers a party, with a representative of the name `<party>-agent`. */
  async party(name: string, kind: PartyKind, scope: readonly Scope[] = ['requests', 'transfers'], until = after(MIDSUMMER, { days: 365 })): Promise<string> {
    await this.tell<PartyEvent>(partyStream(idOf(name)), { type: 'PartyRegistered', data: { party: idOf(name), kind, name } });
    await this.appoint(`${name}-agent`, name, scope, until);
    return idOf(name);
  }

  async appoint(person: string, party: string, scope: readonly Scope[] = ['requests', 'transfers'], until = after(MIDSUMMER, { days: 365 })): Promise<void> {
    await this.link(person, idOf(party));
    const data = { party: idOf(party), person: idOf(person), scope, until, invitation: idOf('an invitation') };
    await this.tell<PartyEvent>(partyStream(idOf(party)), { type: 'RepresentativeAppointed', data });
  }

  async remove(person: string, party: string): Promise<void> {
    const data = { party: idOf(party), person: idOf(person), reason: 'term over' };
    await this.tell<PartyEvent>(partyStream(idOf(party)), { type: 'RepresentativeRemoved', data });
  }

  /** Enacts a protocol; binds from here on. */
  async enact(protocol: string, ...clauses: readonly Clause[]): Promise<void> {
    const data = { proposal: idOf(`proposal of ${protocol}`), protocol, title: protocol, prose: '', clauses, charterRevision: ++this.charterRevision };
    await this.tell<CharterEvent>(CHARTER_STREAM, { type: 'ProtocolEnacted', data });
  }

  does<C extends object>(name: string, of: new () => C, body: C, { key = `key-${++this.keys}`, ...rest }: SentOn = {}): Promise<Acknowledgement> {
    const actor = name === 'system' ? name : idOf(name);
    return this.executor.execute({ command: Object.assign(new of(), body), actor, commandId: commandIdOfRequest(actor, key), ...rest });
  }

  /** The id of what a command makes. */
  async makes<C extends object>(name: string, of: new () => C, body: C, on: SentOn = {}): Promise<string> {
    return derivedId((await this.does(name, of, body, on)).commandId);
  }

  /** A lot of 12.5 kg of biosilk in the keeper's intake, unless said otherwise. */
  lot(of: Partial<RegisterLot> = {}, by = 'kaito'): Promise<string> {
    return this.makes(by, RegisterLot, {
      material: 'biosilk',
      quantity: { amount: '12.5', unit: 'KGM' },
      method: 'weighed',
      owner: COMMUNITY,
      custodian: COMMUNITY,
      location: 'Common store',
      provenance: 'Quay 4',
      model: 'segregated',
      ...of,
    });
  }

  /** Events in effect, in log order; those of a type where one is given. */
  events(type?: string): Recorded[] {
    const all = this.log.readAll(0).flatMap((stored) => recordedOf(catalogue, stored) ?? []);
    return type === undefined ? all : all.filter((event) => event.type === type);
  }

  tables<T extends Tables>(view: View<T>, asOf = Infinity): ReaderOf<T> {
    return tablesAfter(view, this.events().filter(({ position }) => position <= asOf));
  }

  /** Who asks, with the standing of now; without a name, the public. */
  viewer(name?: string): Viewer & { readonly person: string } {
    const load = <E extends Event, S>(fold: Fold<E, S>, stream: string): S =>
      this.events()
        .filter((event) => event.stream === stream)
        .reduce<S>((state, event) => fold.evolve(state, event as Recorded<E>), fold.initial);
    return viewerOf(name === undefined ? undefined : idOf(name), load, instantOf(this.clock.now())) as Viewer & { readonly person: string };
  }

  private async link(name: string, party?: string): Promise<void> {
    const person = idOf(name);
    const as = party === undefined ? { purpose: 'member' as const } : { purpose: 'representative' as const, party };
    const data = { person, name: plainSecrets.seal(person, name), again: false, ...as };
    await this.tell<PersonEvent>(personStream(person), { type: 'PersonLinked', data });
  }
}

/** Settles with the refusal of a command. @throws Error when it was accepted */
export async function refusal(answer: Promise<unknown>): Promise<Rejection> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof Rejection) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** The clause that most protocols here are about: biosilk stays with the community. */
export const silkStays = (rest: Partial<Untouchable> = {}): Clause => ({
  kind: 'untouchable', id: 'silk', materials: ['biosilk'], parties: 'all-external', exceptions: [], ...rest,
});
