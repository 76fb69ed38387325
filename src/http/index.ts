// The edge's kit for writing controllers.
//
//   @Controller('proposals')
//   export class ProposalController {
//     constructor(private readonly commands: Commands, private readonly views: Views) {}
//
//     @Post(':proposal/ballot')
//     @ForLinkedPersons()
//     @Describes('Cast a ballot', 'Replaces an earlier ballot of the same voter until the polls close.')
//     @Rejects('VotingNotOpen', 'NotOnRoll')
//     cast(@Command(CastBallot) command: CastBallot, @Acting() acting: Acting): Promise<Acknowledgement> {
//       return this.commands.run(command, acting);
//     }
//
//     @Get()
//     @ForLinkedPersons()
//     @Describes('Proposals in motion and decided')
//     @Answers(ProposalRow, 'page')                             // or @Answers(ProposalRow)
//     async list(@Reading() at: Reading, @Listing(ProposalFilter) filter: ProposalFilter, @Viewing() viewer: Viewer) {
//       const { position, tables } = await this.views.read(protocolStatus, at);
//       return answer(position, tables.proposal.list({ limit: filter.limit, after: filter.cursor }));
//     }
//
//     @Get(':proposal')
//     @ForLinkedPersons()
//     @Answers(ProposalRow)
//     @Rejects('NoSuchProposal')
//     async one(@PathId('proposal') proposal: string, @Reading() at: Reading) {
//       const { position, tables } = await this.views.read(protocolStatus, at);
//       return answer(position, tables.proposal.get(proposal) ?? notFound('proposal', proposal));
//     }
//   }
//
//   @Module(domainRoom({ controllers: [ProposalController], handlings: [ballotHandling], views: [protocolStatus], processes: [closing] }))
//   export class GovernanceModule {}
//
// Commands
// - `@Command(CastBallot)`: body and path parameters merged into one validated instance. Path parameters are properties of
//   the class with class-validator decorators like all others; a body that names one, or any unknown property, is 400.
//   A property that only the service may set has no place in a class that a route takes.
// - `@Acting() acting: Acting`: who acts (PersonId), for which party (`Biolithic-On-Behalf-Of`, checked against the log), the
//   command id (from `Idempotency-Key`, required) and the position of `If-Match`. Where nobody is identified yet
//   (`@Public()` routes) say who acts: `acting.as(person)`.
// - `commands.run(command, acting)` gives the acknowledgement; return it as it is, or with more properties, as a class that extends
//   `Acknowledgement` and is named by `@Answers`. Its events have their data: `ack.dataOf<InvitationIssued>('InvitationIssued')`. Commands
//   answer 200. The position header comes of itself. It throws `Rejection`s, which become problem details.
// Reads
// - `@Reading() at`: `asOf` (position or instant) and `waitFor`, resolved; hand it to `views.read(view, at)`.
// - `@Listing(Filter) filter`: the rest of the query string, validated; `class Filter extends Paging` has `cursor` and `limit`.
//   Query values are text: use `@Type(() => Number)` for numbers. Without `@Listing` a query property other than asOf and waitFor is 400.
// - `return answer(position, body)` sets ETag and `Biolithic-Position`, and answers If-None-Match.
// - Response schemas: `@Answers(Class)` of a class with class-validator decorators, or `@Answers(rowOf(view.tables.lot, { state: { enum: STATES } }))`:
//   what is in JSON columns, and which texts a column knows, is said here. In a schema, a class stands for its own.
// Access: every route carries exactly one of these; without one it is refused to everybody.
// - `@Public()`; `@ForIdentified()` valid token, person need not be linked; `@ForLinkedPersons()`; `@ForRoles('auditor', …)` any of them; `@ForOperator()`.
//   Deciders judge what a person may do; access only says who may knock.
// Files: `@TakesFile()` on the route and `@FileContent() file: FileContent` for a streamed body of any media type.
// Ports to inject by class: Views, Obligations (`await obligations.settled(ack.position)`), Secrets, Blobs, EvidenceLimit,
// LogReader, ServiceClock, LocalIssuer. Import them from here as values, not types; plain interfaces in decorated
// signatures (Viewer) need `import type`.
export { type Access, ForIdentified, ForLinkedPersons, ForOperator, ForRoles, Public } from './access.ts';
export { Acknowledgement, Answer, answer, notFound } from './answer.ts';
export { inTurns } from './turns.ts';
export { Acting, NOBODY } from './acting.ts';
export { Command } from './command.ts';
export { CALENDAR, calendarOf, type CalendarEntry } from './calendar.ts';
export { Commands } from './commands.ts';
export { Answers, Describes, objectOf, Rejects, rowOf } from './describe.ts';
export { domainRoom, Room, roomsOf } from './domain-room.ts';
export { FileContent, TakesFile } from './file-content.ts';
export { LocalIssuer, type MintedToken } from './local-issuer.ts';
export { Blobs, EvidenceLimit, Inquiries, LogReader, Obligations, Secrets, ServiceClock, timeOfPosition, Views } from './ports.ts';
export { Listing, Paging, PathId, Reading } from './reading.ts';
export { Viewing } from './caller.ts';
