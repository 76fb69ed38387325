// The defence log: refused requests, denied offers apart from them, and sabotage with what corroborates it.
import { instantOf } from '../kernel/index.ts';
import { temporal, view } from '../runtime/index.ts';
import type { AttemptEvent } from './attempt.ts';
import type { EvidenceEvent } from './evidence.ts';
import type { SabotageEvent } from './sabotage.ts';

/** What a refusal on record has in common, whoever acted. */
const refused = {
  lot: 'text',
  material: 'text',
  /** Exact decimal, with a UN/CEFACT unit. */
  amount: 'text',
  unit: 'text',
  passes: 'text?',
  /** `[{ protocol, clause, words }]`: every clause that denied it. */
  clauses: 'json',
  charterRevision: 'integer',
  /** The person who acted. */
  actor: 'text',
  at: 'instant',
} as const;

const tables = {
  /** By AttemptId. */
  attempt: temporal({ ...refused, kind: 'text', act: 'text', party: 'text', transfer: 'text?' }, [['party'], ['lot'], ['party', 'lot']]),
  /** By AttemptId. */
  deniedOffer: temporal({ ...refused, from: 'text', intendedReceiver: 'text', request: 'text?' }, [['from'], ['lot']]),
  /** By hash. */
  evidence: temporal({ size: 'integer', mediaType: 'text', by: 'text', filedAt: 'instant' }),
  /** By SabotageId. The statement is sealed. */
  sabotage: temporal(
    {
      facility: 'text',
      reporter: 'text',
      statement: 'text',
      evidence: 'json',
      occurredAt: 'instant?',
      needed: 'integer',
      corroborations: 'integer',
      state: 'text',
      reportedAt: 'instant',
      confirmedAt: 'instant?',
    },
    [['facility'], ['state'], ['facility', 'state']],
  ),
  /** By `<sabotage>/<person>`. */
  corroboration: temporal({ sabotage: 'text', by: 'text', statement: 'text?', at: 'instant' }, [['sabotage']]),
};

export const corroborationKey = (sabotage: string, by: string): string => `${sabotage}/${by}`;

export const defenceLog = view<AttemptEvent | EvidenceEvent | SabotageEvent>()({
  name: 'defence-log',
  version: 2,
  tables,
  project: {
    SiphonAttempted({ data, time }, rows) {
      const { attempt, quantity, passes = null, transfer = null, ...rest } = data;
      rows.attempt.open(attempt, { ...rest, ...quantity, passes, transfer, at: instantOf(time) });
    },
    OfferDenied({ data, time }, rows) {
      const { attempt, quantity, request = null, ...rest } = data;
      rows.deniedOffer.open(attempt, { ...rest, ...quantity, request, at: instantOf(time) });
    },
    EvidenceFiled: ({ data: { hash, ...filed }, time }, rows) => rows.evidence.open(hash, { ...filed, filedAt: instantOf(time) }),

    SabotageReported({ data, time }, rows) {
      const { sabotage, occurredAt = null, ...rest } = data;
      const reported = { ...rest, occurredAt, corroborations: 0, state: 'reported', confirmedAt: null };
      rows.sabotage.open(sabotage, { ...reported, reportedAt: instantOf(time) });
    },
    SabotageCorroborated({ data, time }, rows) {
      const { sabotage, by, statement = null } = data;
      rows.corroboration.open(corroborationKey(sabotage, by), { sabotage, by, statement, at: instantOf(time) });
      rows.sabotage.change(sabotage, { corroborations: (rows.sabotage.current(sabotage)?.corroborations ?? 0) + 1 });
    },
    SabotageConfirmed: ({ data, time }, rows) =>
      rows.sabotage.change(data.sabotage, { state: 'confirmed', confirmedAt: instantOf(time) }),
  },
});
