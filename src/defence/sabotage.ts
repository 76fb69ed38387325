// Sabotage of a facility: reported by one member with evidence, confirmed when enough others corroborate it.
import { isMember, isRegistered, type Charter, type Membership, type Party } from '../community/index.ts';
import {
  accept,
  decider,
  defineRejections,
  describeEvents,
  instantOf,
  msOf,
  refuse,
  type Act,
  type Audience,
  type Decision,
  type Event,
  type Instant,
  type Recorded,
} from '../kernel/index.ts';
import type { Sealed } from '../runtime/index.ts';
import type { Evidence, EvidenceHash } from './evidence.ts';
import type { CorroborateSabotage, ReportSabotage } from './sabotage.commands.ts';

export type SabotageId = string;

export const sabotageStream = (sabotage: SabotageId): string => `sabotage-${sabotage}`;

export type SabotageEvent =
  | Event<
      'SabotageReported',
      {
        readonly sabotage: SabotageId;
        readonly facility: string;
        readonly reporter: string;
        readonly statement: Sealed;
        readonly evidence: readonly EvidenceHash[];
        readonly occurredAt?: Instant;
        /** k of the rules at the time of the report: how many others must corroborate it. */
        readonly needed: number;
      }
    >
  | Event<
      'SabotageCorroborated',
      { readonly sabotage: SabotageId; readonly facility: string; readonly by: string; readonly statement?: Sealed }
    >
  | Event<'SabotageConfirmed', { readonly sabotage: SabotageId; readonly facility: string; readonly k: number }>;

/** The community's members, and those who answer for the facility. */
const concerned = ({ facility }: { readonly facility: string }): readonly Audience[] => ['community', { party: facility }];

export const sabotageEvents = describeEvents<SabotageEvent>({
  SabotageReported: { wire: 'defence.sabotage-reported.v1', visibility: concerned },
  SabotageCorroborated: { wire: 'defence.sabotage-corroborated.v1', visibility: concerned },
  SabotageConfirmed: { wire: 'defence.sabotage-confirmed.v1', visibility: concerned },
});

export const sabotageRejections = defineRejections({
  MayNotReport: [403, 'the caller is no member', 'Sabotage is reported and corroborated by members in good standing.'],
  NotAFacility: [422, 'there is no such facility', 'A report is about a facility that the community has registered.'],
  EvidenceNotFiled: [422, 'evidence that the report names is not on record', 'Evidence is filed first, and named by the hash of its content.'],
  NotYetHappened: [422, 'the report dates what happened into the future', 'What is reported has happened.'],
  NoSuchReport: [404, 'there is no such report', 'A report is on record from its filing on.'],
  OwnReport: [403, 'the reporter cannot corroborate the own report', 'A report is corroborated by others than who filed it.'],
  CorroboratedAlready: [409, 'the caller has corroborated this report', 'Each member corroborates a report once.'],
  SabotageConfirmedAlready: [409, 'the report is confirmed', 'A report is open to corroboration until enough members have done so.'],
});

/** reported, then confirmed by enough corroborations. */
export const SABOTAGE_STATES = ['reported', 'confirmed'] as const;
export type SabotageState = (typeof SABOTAGE_STATES)[number];

export type Sabotage =
  | { readonly status: 'absent' }
  | {
      readonly status: SabotageState;
      readonly facility: string;
      readonly reporter: string;
      readonly needed: number;
      /** Members who corroborated it, in order. */
      readonly corroborators: readonly string[];
    };

export interface ReportContext extends Act {
  /** The actor's. */
  readonly membership: Membership;
  readonly charter: Charter;
  readonly facility: Party;
  /** Of each piece that the report names. */
  readonly evidence: readonly Evidence[];
}

export interface CorroborationContext extends Act {
  readonly membership: Membership;
}

function evolve(state: Sabotage, event: Recorded<SabotageEvent>): Sabotage {
  if (event.type === 'SabotageReported') {
    const { facility, reporter, needed } = event.data;
    return { status: 'reported', facility, reporter, needed, corroborators: [] };
  }
  if (state.status === 'absent') return state;
  switch (event.type) {
    case 'SabotageCorroborated':
      return { ...state, corroborators: [...state.corroborators, event.data.by] };
    case 'SabotageConfirmed':
      return { ...state, status: 'confirmed' };
    default:
      return state;
  }
}

const fold = { name: 'sabotage', initial: { status: 'absent' } as Sabotage, evolve };

export const reporting = decider<SabotageEvent, Sabotage>()({
  ...fold,
  decide: {
    ReportSabotage(command: ReportSabotage, _: Sabotage, context: ReportContext): Decision<SabotageEvent> {
      const { membership, charter, facility, now, actor } = context;
      if (!isMember(membership) || charter.status === 'absent') return refuse(sabotageRejections.MayNotReport());
      if (!isRegistered(facility) || facility.kind !== 'facility') return refuse(sabotageRejections.NotAFacility());
      const missing = command.evidence.filter((_hash, index) => context.evidence[index]?.status !== 'filed');
      if (missing.length > 0) return refuse(sabotageRejections.EvidenceNotFiled({ missing }));
      const occurredAt = command.occurredAt === undefined ? undefined : instantOf(msOf(command.occurredAt));
      if (occurredAt !== undefined && occurredAt > now) return refuse(sabotageRejections.NotYetHappened({ occurredAt }));
      return accept({
        type: 'SabotageReported',
        data: {
          sabotage: context.newId(),
          facility: facility.party,
          reporter: actor,
          statement: command.statement,
          evidence: command.evidence,
          ...(occurredAt === undefined ? {} : { occurredAt }),
          needed: charter.rules.corroborations,
        },
      });
    },
  },
});

export const corroborating = decider<SabotageEvent, Sabotage>()({
  ...fold,
  decide: {
    CorroborateSabotage(command: CorroborateSabotage, state: Sabotage, context: CorroborationContext): Decision<SabotageEvent> {
      const { membership, actor } = context;
      if (!isMember(membership)) return refuse(sabotageRejections.MayNotReport());
      if (state.status === 'absent') return refuse(sabotageRejections.NoSuchReport());
      const { facility, reporter, corroborators, needed } = state;
      if (actor === reporter) return refuse(sabotageRejections.OwnReport());
      if (corroborators.includes(actor)) return refuse(sabotageRejections.CorroboratedAlready());
      if (state.status === 'confirmed') return refuse(sabotageRejections.SabotageConfirmedAlready());
      const { sabotage, statement } = command;
      const said = statement === undefined ? {} : { statement };
      const corroborated: SabotageEvent = { type: 'SabotageCorroborated', data: { sabotage, facility, by: actor, ...said } };
      if (corroborators.length + 1 < needed) return accept(corroborated);
      return accept<SabotageEvent>(corroborated, { type: 'SabotageConfirmed', data: { sabotage, facility, k: needed } });
    },
  },
});
