// How custody's commands meet their deciders: the stream that each is decided on, and what it is decided with.
import { charter, CHARTER_STREAM, communityView, inForceAs, isInForce, material, materialStream, memberStream, membership } from '../community/index.ts';
import { handles, type Handling, type Load } from '../runtime/index.ts';
import type { Act } from '../kernel/index.ts';
import { LapseForbiddenOffer, LapseForbiddenRequest, ReviewEnactment } from './grandfathering.commands.ts';
import { findingsIn, keepingOut, reviewing, reviewStream, type Findings } from './grandfathering.ts';
import { loadHolder } from './holder.ts';
import { intake } from './intake.ts';
import { AcceptOffer, ConfirmTransfer, DeclineOffer, LapseOffer, OfferCustody, RegisterLot, WithdrawOffer } from './lot.commands.ts';
import { lotFold, lotStream, type Lot } from './lot.events.ts';
import { materialCustody } from './material-custody.view.ts';
import { RegisterMaterial } from './material.commands.ts';
import { cataloguing } from './material.ts';
import { DeclineRequest, RequestMaterial, WithdrawRequest } from './request.commands.ts';
import { requestFold, requestStream, type Request } from './request.events.ts';
import { request } from './request.ts';
import { answering, confirming, lapsing, offering } from './transfer.ts';

/** The rules and the actor's standing: with every movement, so that the append is guarded on the charter. */
const ground = (load: Load, { actor }: Act) => ({
  charter: load(charter, CHARTER_STREAM),
  membership: load(membership, memberStream(actor)),
});

function endsOf(lot: Lot, to: string | undefined, load: Load, act: Act) {
  const on = ground(load, act);
  const holder = (id: string | undefined) => (id === undefined ? ({ kind: 'unknown', id: '' } as const) : loadHolder(id, on.charter, load));
  const { custodian, owner } = lot.status === 'held' ? lot : {};
  return { ...on, custodian: holder(custodian), owner: holder(owner), recipient: holder(to) };
}

function askedFor(of: { readonly party?: string; readonly lot?: string }, load: Load, act: Act) {
  const lot: Lot = of.lot === undefined ? lotFold.initial : load(lotFold, lotStream(of.lot));
  const { custodian, recipient, owner: _, ...on } = endsOf(lot, of.party, load, act);
  return { ...on, custodian, party: recipient, lot };
}

/** What stood against a text when it came into force; nothing any more where another one has taken its place. */
async function findingsOf({ protocol, charterRevision, enactedAt, after }: ReviewEnactment, load: Load, { now }: Act): Promise<Findings> {
  const state = load(charter, CHARTER_STREAM);
  if (!isInForce(state) || inForceAs(state, protocol)?.charterRevision !== charterRevision) return { holdings: [], offers: [], requests: [] };
  const outside = await load.closedSet(communityView, enactedAt, ({ party }) => new Set([...party.scan()].flatMap(({ key, kind }) => (kind === 'facility' ? [] : [key]))));
  const bindings = keepingOut(state, protocol);
  return load.closedSet(materialCustody, enactedAt, (tables) => findingsIn({ tables, isExternal: (id) => outside.has(id) }, bindings, now, after));
}

export const custodyHandlings: readonly Handling[] = [
  handles(cataloguing, [RegisterMaterial], {
    stream: (command) => materialStream(command.material),
    context: (_, load, { actor }) => ({ membership: load(membership, memberStream(actor)) }),
  }),
  handles(intake, [RegisterLot], {
    stream: (_, act) => lotStream(act.newId()),
    context: (command, load, act) => {
      const on = ground(load, act);
      return {
        ...on,
        material: load(material, materialStream(command.material)),
        owner: loadHolder(command.owner, on.charter, load),
        custodian: loadHolder(command.custodian, on.charter, load),
      };
    },
  }),
  handles(offering, [OfferCustody], {
    stream: ({ lot }) => lotStream(lot),
    context: (command, load, act, lot: Lot) => ({
      ...endsOf(lot, command.to, load, act),
      request: command.request === undefined ? undefined : load(requestFold, requestStream(command.request)),
    }),
  }),
  handles(answering, [AcceptOffer, DeclineOffer, WithdrawOffer], {
    stream: ({ lot }) => lotStream(lot),
    context: ({ transfer }, load, act, lot: Lot) => {
      const { offer: open, forbidden = undefined } = lot.status === 'held' ? lot : {};
      const offer = forbidden?.transfer === transfer ? forbidden : open;
      const seconds = (offer?.confirmedBy ?? []).map((person) => ({ person, standing: load(membership, memberStream(person)) }));
      return { ...endsOf(lot, offer?.to, load, act), seconds };
    },
  }),
  handles(confirming, [ConfirmTransfer], {
    stream: ({ lot }) => lotStream(lot),
    context: (_, load, { actor }) => ({ membership: load(membership, memberStream(actor)) }),
  }),
  handles(lapsing, [LapseOffer, LapseForbiddenOffer], { stream: ({ lot }) => lotStream(lot) }),
  handles(request, [RequestMaterial, DeclineRequest, WithdrawRequest, LapseForbiddenRequest], {
    stream: (command, act) => requestStream('request' in command ? command.request : act.newId()),
    context: (command, load, act, state: Request) => askedFor('request' in command ? (state.status === 'absent' ? {} : state) : command, load, act),
  }),
  handles(reviewing, [ReviewEnactment], {
    stream: ({ protocol, charterRevision }) => reviewStream(protocol, charterRevision),
    context: async (command, load, act) => ({ findings: await findingsOf(command, load, act) }),
  }),
];
