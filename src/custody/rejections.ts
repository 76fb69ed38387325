// What custody refuses, and the rules that the refusals rest on.
import { defineRejections } from '../kernel/index.ts';

export const custodyRejections = defineRejections({
  NoSuchLot: [404, 'there is no such lot', 'A lot is on the books from its intake on.'],
  MayNotTakeIn: [
    403,
    'the caller may not register a lot in these hands',
    'A keeper registers a lot at intake, or who acts for its custodian, if the custodian is of the community: itself, a member or a facility.',
  ],
  NothingThere: [422, 'the quantity is zero', 'A lot is an amount of material.'],
  PiecesAreWhole: [422, 'pieces are counted in whole numbers', 'A quantity is exact in its unit; half a piece is another material or another unit.'],
  MethodDoesNotFit: [422, 'the quantity cannot have been found this way', 'Mass is weighed, pieces are counted; anything may be estimated, if it is said so.'],
  CannotHold: [
    422,
    'the party can hold no material here',
    'Material is held by the community, its members in good standing and the parties it has registered.',
  ],
  NotTheCustodian: [403, 'the caller does not act for the lot\'s custodian', 'Custody is offered by the custodian: the member itself, a keeper for the community, a representative for a party.'],
  NotTheOwner: [
    403,
    'the caller does not act for the lot\'s owner',
    'Ownership is offered by the owner, and custody by the custodian: who passes both acts for both. Where they differ, custody goes back to the owner first.',
  ],
  NotTheRecipient: [403, 'the caller does not act for whom the lot is offered to', 'An offer is accepted or declined by its recipient: the member itself, a keeper for the community, a representative for a party.'],
  InAnotherName: [403, 'the act is done in the name of a party that it is not about', 'Who acts on behalf of a party acts in that party\'s matters only.'],
  OfferedToItsHolder: [422, 'the lot is offered to who holds it', 'A transfer has two ends.'],
  AlreadyOffered: [409, 'the lot is on offer already', 'A lot has one open offer at a time: withdraw it first.'],
  NoSuchOffer: [409, 'the lot has no such open offer', 'An offer is settled once: accepted, declined, withdrawn or lapsed.'],
  OfferEndsInThePast: [422, 'the offer would end before it is made', 'An offer\'s deadline lies ahead.'],
  OfferExpired: [409, 'the offer\'s deadline has passed', 'An offer can be accepted until its deadline, and not at it.'],
  CustodyHasMoved: [409, 'who offered the lot does not hold it any more', 'Custody passes from who holds the lot, ownership from who owns it.'],
  DeniedByProtocol: [422, 'a protocol in force forbids this', 'Material moves under the protocols that the community has enacted; deny wins.'],
  MayNotConfirm: [403, 'only a member confirms a transfer', 'The second person that a clause asks for is a member, with the role that the clause says.'],
  OwnOffer: [403, 'who offered it does not confirm it', 'A second person is neither who offers nor who takes over.'],
  ConfirmedAlready: [409, 'the caller has confirmed the transfer already', 'A person confirms a transfer once.'],
  MayNotRequest: [
    403,
    'the caller is no representative of the party for requests',
    'Material is requested for a registered party by a representative who is appointed for requests, within the term.',
  ],
  HeldAlready: [409, 'the party has the lot already', 'A party asks for what others hold.'],
  NoSuchRequest: [404, 'there is no such request', 'A request is on record from its asking on.'],
  RequestSettled: [409, 'the request waits for nothing any more', 'A request is answered once: met, declined or withdrawn.'],
  RequestBeingAnswered: [409, 'an offer that answers the request is open', 'While an offer is open, the offer is answered.'],
  RequestIsForAnother: [422, 'the request is not this party\'s, or not for this lot', 'An offer that answers a request offers the lot asked for to who asked.'],
  OnlyTheServiceLapses: [403, 'what lapses lapses by the service alone', 'What falls due is carried out by the service.'],
});
