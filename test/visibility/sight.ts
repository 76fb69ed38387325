// Who sees what: every type of event, against every kind of reader. Written down here by hand; a type without a line is nobody's to see.

/** What a reader may be, besides a party or person that an event concerns. All from `member` on are members. */
export const KINDS = ['public', 'linked', 'member', 'steward', 'guardian', 'keeper', 'chronicler', 'arbiter', 'auditor'] as const;
export type Kind = (typeof KINDS)[number];

export interface Sight {
  readonly kinds: ReadonlySet<Kind>;
  /** Fields of the event's data that name parties which it concerns: who represents one sees it, and the member who is one. */
  readonly parties: readonly string[];
  /** Fields that name persons whom it concerns: who is one sees it. */
  readonly persons: readonly string[];
}

// `linked`: known here, but neither a member nor anything that the event concerns: applicants, other parties' representatives.
const TABLE = `
                           public linked member steward guardian keeper chronicler arbiter auditor | parties              | persons
CommunityFounded             +      +      +       +       +       +        +         +       +    |                      |
FounderInvitationReplaced    .      .      .       +       +       .        .         .       +    |                      |
CharterAccepted              +      +      +       +       +       +        +         +       +    |                      |
CommunityInForce             +      +      +       +       +       +        +         +       +    |                      |
ProtocolEnacted              +      +      +       +       +       +        +         +       +    |                      |
ProtocolRepealed             +      +      +       +       +       +        +         +       +    |                      |
ProtocolEnded                +      +      +       +       +       +        +         +       +    |                      |
ClauseSuspended              +      +      +       +       +       +        +         +       +    |                      |
SuspensionEnded              +      +      +       +       +       +        +         +       +    |                      |
RulesChanged                 +      +      +       +       +       +        +         +       +    |                      |
ResolutionAdopted            +      +      +       +       +       +        +         +       +    |                      |
MeasureOrdered               +      +      +       +       +       +        +         +       +    |                      |
EnactmentRefused             +      +      +       +       +       +        +         +       +    |                      |
InvitationIssued             .      .      .       +       +       .        .         .       +    |                      |
InvitationAccepted           .      .      .       +       +       .        .         .       +    |                      | person
InvitationRevoked            .      .      .       +       +       .        .         .       +    |                      |
PersonLinked                 .      .      +       +       +       +        +         +       +    |                      | person
TokenMinted                  .      .      .       .       .       .        .         .       +    |                      | person
MembershipApplied            .      .      +       +       +       +        +         +       +    |                      | person
MemberAdmitted               .      .      +       +       +       +        +         +       +    |                      | person
RoleGranted                  .      .      +       +       +       +        +         +       +    |                      |
RoleRecalled                 .      .      +       +       +       +        +         +       +    |                      |
RoleEnded                    .      .      +       +       +       +        +         +       +    |                      |
RoleLaidDown                 .      .      +       +       +       +        +         +       +    |                      |
OfficeEntered                .      .      +       +       +       +        +         +       +    |                      |
OfficeVacated                .      .      +       +       +       +        +         +       +    |                      |
PartyRegistered              +      +      +       +       +       +        +         +       +    |                      |
PartyAllied                  +      +      +       +       +       +        +         +       +    |                      |
PartyExpelled                +      +      +       +       +       +        +         +       +    |                      |
RepresentativeAppointed      .      .      +       +       +       +        +         +       +    | party                | person
RepresentativeRemoved        .      .      +       +       +       +        +         +       +    | party                | person
ProposalDrafted              .      .      +       +       +       +        +         +       +    |                      |
ProposalRevised              +      +      +       +       +       +        +         +       +    |                      |
ProposalSubmitted            .      .      +       +       +       +        +         +       +    |                      |
ProposalAdmitted             +      +      +       +       +       +        +         +       +    |                      |
ProposalFoundInadmissible    .      .      +       +       +       +        +         +       +    |                      |
ProposalWithdrawn            +      +      +       +       +       +        +         +       +    |                      |
ProposalFrozen               +      +      +       +       +       +        +         +       +    |                      |
RollSealed                   +      +      +       +       +       +        +         +       +    |                      |
VotingOpened                 +      +      +       +       +       +        +         +       +    |                      |
ProposalLapsed               +      +      +       +       +       +        +         +       +    |                      |
PollsClosed                  +      +      +       +       +       +        +         +       +    |                      |
VotingExtended               +      +      +       +       +       +        +         +       +    |                      |
VotingClosed                 +      +      +       +       +       +        +         +       +    |                      |
ProposalCertified            +      +      +       +       +       +        +         +       +    |                      |
ProposalContestable          +      +      +       +       +       +        +         +       +    |                      |
ProposalTimelocked           +      +      +       +       +       +        +         +       +    |                      |
ProposalReleased             +      +      +       +       +       +        +         +       +    |                      |
VetoCast                     +      +      +       +       +       +        +         +       +    |                      |
ProposalVetoed               +      +      +       +       +       +        +         +       +    |                      |
OverrideVotingOpened         +      +      +       +       +       +        +         +       +    |                      |
VetoUpheld                   +      +      +       +       +       +        +         +       +    |                      |
ProposalAnnulled             +      +      +       +       +       +        +         +       +    |                      |
DisputeOpened                .      .      +       +       +       +        +         +       +    |                      |
ArbitersDrawn                .      .      +       +       +       +        +         +       +    |                      |
OpinionGiven                 .      .      +       +       +       +        +         +       +    |                      |
DisputeRuled                 +      +      +       +       +       +        +         +       +    |                      |
DisputeLapsed                +      +      +       +       +       +        +         +       +    |                      |
VoteRecounted                +      +      +       +       +       +        +         +       +    |                      |
ProposalEnacted              +      +      +       +       +       +        +         +       +    |                      |
EnactmentFailed              +      +      +       +       +       +        +         +       +    |                      |
ProposalNeedsRebase          +      +      +       +       +       +        +         +       +    |                      |
ProposalRebased              +      +      +       +       +       +        +         +       +    |                      |
ProposalSponsored            .      .      +       +       +       +        +         +       +    |                      |
SponsorshipWithdrawn         .      .      +       +       +       +        +         +       +    |                      |
SponsorsReached              .      .      +       +       +       +        +         +       +    |                      |
CommentMade                  +      +      +       +       +       +        +         +       +    |                      |
CommentEdited                +      +      +       +       +       +        +         +       +    |                      |
CommentWithdrawn             +      +      +       +       +       +        +         +       +    |                      |
CommentHidden                +      +      +       +       +       +        +         +       +    |                      |
HidingAppealed               .      .      .       +       .       .        .         .       +    |                      | author
HidingUpheld                 +      +      +       +       +       +        +         +       +    |                      |
CommentRestored              +      +      +       +       +       +        +         +       +    |                      |
AmendmentProposed            +      +      +       +       +       +        +         +       +    |                      |
AmendmentWithdrawn           +      +      +       +       +       +        +         +       +    |                      |
AmendmentRejected            +      +      +       +       +       +        +         +       +    |                      |
DelegationGiven              .      .      .       .       .       .        .         .       +    |                      | person
DelegationRevoked            .      .      .       .       .       .        .         .       +    |                      | person
BallotCast                   .      .      +       +       +       +        +         +       +    |                      |
BallotWithdrawn              .      .      +       +       +       +        +         +       +    |                      |
MaterialRegistered           +      +      +       +       +       +        +         +       +    |                      |
LotRegistered                .      .      +       +       +       +        +         +       +    | owner custodian      |
CustodyOffered               .      .      +       +       +       +        +         +       +    | from owner to        |
TransferConfirmed            .      .      +       +       +       +        +         +       +    | from owner to        |
OfferAccepted                .      .      +       +       +       +        +         +       +    | from owner to        |
OfferDeclined                .      .      +       +       +       +        +         +       +    | from owner to        |
OfferWithdrawn               .      .      +       +       +       +        +         +       +    | from owner to        |
OfferLapsed                  .      .      +       +       +       +        +         +       +    | from owner to        |
MaterialRequested            .      .      +       +       +       +        +         +       +    | party holder         |
RequestDeclined              .      .      +       +       +       +        +         +       +    | party holder         |
RequestWithdrawn             .      .      +       +       +       +        +         +       +    | party holder         |
RequestLapsed                .      .      +       +       +       +        +         +       +    | party holder         |
Grandfathered                .      .      +       +       +       +        +         +       +    |                      |
SiphonAttempted              .      .      +       +       +       +        +         +       +    | party                |
OfferDenied                  .      .      +       +       +       +        +         +       +    |                      |
EvidenceFiled                .      .      +       +       +       +        +         +       +    |                      |
SabotageReported             .      .      +       +       +       +        +         +       +    | facility             |
SabotageCorroborated         .      .      +       +       +       +        +         +       +    | facility             |
SabotageConfirmed            .      .      +       +       +       +        +         +       +    | facility             |
`;

function parsed(): ReadonlyMap<string, Sight> {
  const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter(Boolean);
  const [head = '', ...lines] = TABLE.split('\n').filter((line) => line.trim() !== '');
  if (words(head.split('|')[0]).join() !== KINDS.join()) throw new Error('the table’s columns are not the kinds of readers');
  return new Map(
    lines.map((line): [string, Sight] => {
      const [cells, parties, persons] = line.split('|');
      const [type = '', ...seen] = words(cells);
      if (seen.length !== KINDS.length || seen.some((cell) => cell !== '+' && cell !== '.')) throw new Error(`the line of ${type} is not whole`);
      return [type, { kinds: new Set(KINDS.filter((_, n) => seen[n] === '+')), parties: words(parties), persons: words(persons) }];
    }),
  );
}

export const SIGHT = parsed();

export interface Reader {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly person?: string;
  /** PartyIds that the reader represents. */
  readonly parties: readonly string[];
}

/** Whether the table lets the reader see the event. @throws Error for a type that has no line */
export function sees(reader: Reader, { type, data }: { readonly type: string; readonly data: unknown }): boolean {
  const sight = SIGHT.get(type);
  if (!sight) throw new Error(`the table has no line for ${type}`);
  const named = (fields: readonly string[]): unknown[] => fields.map((field) => (data as Record<string, unknown>)[field]);
  const { kinds, person, parties } = reader;
  return (
    kinds.some((kind) => sight.kinds.has(kind)) ||
    named(sight.parties).some((id) => parties.includes(id as string) || (person !== undefined && id === person)) ||
    named(sight.persons).some((id) => person !== undefined && id === person)
  );
}
