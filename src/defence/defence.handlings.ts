// How defence's commands meet their deciders: the stream that each is decided on, and what it is decided with.
import { charter, CHARTER_STREAM, memberStream, membership, party, partyStream } from '../community/index.ts';
import type { Act } from '../kernel/index.ts';
import { handles, type Handling, type Load } from '../runtime/index.ts';
import { FileEvidence } from './evidence.commands.ts';
import { evidence, evidenceStream } from './evidence.ts';
import { CorroborateSabotage, ReportSabotage } from './sabotage.commands.ts';
import { corroborating, reporting, sabotageStream } from './sabotage.ts';

const standing = (load: Load, { actor }: Act) => ({ membership: load(membership, memberStream(actor)) });

export const defenceHandlings: readonly Handling[] = [
  handles(evidence, [FileEvidence], {
    stream: ({ hash }) => evidenceStream(hash),
    context: (_, load, act) => standing(load, act),
  }),
  handles(reporting, [ReportSabotage], {
    stream: (_, act) => sabotageStream(act.newId()),
    context: (command, load, act) => ({
      ...standing(load, act),
      charter: load(charter, CHARTER_STREAM),
      facility: load(party, partyStream(command.facility)),
      evidence: command.evidence.map((hash) => load(evidence, evidenceStream(hash))),
    }),
  }),
  handles(corroborating, [CorroborateSabotage], {
    stream: ({ sabotage }) => sabotageStream(sabotage),
    context: (_, load, act) => standing(load, act),
  }),
];
