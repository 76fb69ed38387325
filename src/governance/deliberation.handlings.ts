// How what is done about a text before its freeze meets its deciders.
import { charter, CHARTER_STREAM, membership, memberStream } from '../community/index.ts';
import type { Act } from '../kernel/index.ts';
import { handles, type Handling, type Load } from '../runtime/index.ts';
import { admissibility, sponsoredAdmission } from './admissibility.ts';
import { accepting } from './accepting.ts';
import { AcceptAmendment, ProposeAmendment, RejectAmendment, WithdrawAmendment } from './amendment.commands.ts';
import { amending, amendment, amendmentStream } from './amendment.ts';
import { AppealHiding, DecideAppeal, EditComment, HideComment, MakeComment, WithdrawComment } from './comment.commands.ts';
import { comment, commenting, commentStream } from './comment.ts';
import { namedIn, NAMING_NOTHING } from './governance.handlings.ts';
import { AdmitSponsored, FindInadmissible, SponsorProposal, WithdrawSponsorship } from './proposal.commands.ts';
import { proposal, proposalStream } from './proposal.ts';
import { sponsoring, sponsors, sponsorsStream } from './sponsoring.ts';

const standing = (load: Load, { actor }: Act) => ({ membership: load(membership, memberStream(actor)) });

export const deliberationHandlings: readonly Handling[] = [
  handles(admissibility, [FindInadmissible], {
    stream: (command) => proposalStream(command.proposal),
    context: (_, load, act) => standing(load, act),
  }),
  handles(sponsoredAdmission, [AdmitSponsored], {
    stream: (command) => proposalStream(command.proposal),
    context: (command, load) => ({ sponsors: load(sponsors, sponsorsStream(command.proposal)) }),
  }),
  handles(sponsoring, [SponsorProposal, WithdrawSponsorship], {
    stream: (command) => sponsorsStream(command.proposal),
    context: (command, load, act) => ({
      ...standing(load, act),
      charter: load(charter, CHARTER_STREAM),
      proposal: load(proposal, proposalStream(command.proposal)),
    }),
  }),
  handles(commenting, [MakeComment, EditComment, WithdrawComment, HideComment, AppealHiding, DecideAppeal], {
    stream: (command, act) => commentStream('comment' in command ? command.comment : act.newId()),
    context: (command, load, act) => ({
      ...standing(load, act),
      proposal: load(proposal, proposalStream(command.proposal)),
      answered: command instanceof MakeComment && command.replyTo !== undefined ? load(comment, commentStream(command.replyTo)) : comment.initial,
    }),
  }),
  handles(amending, [ProposeAmendment, WithdrawAmendment, RejectAmendment], {
    stream: (command, act) => amendmentStream('amendment' in command ? command.amendment : act.newId()),
    context: (command, load, act) => ({
      ...standing(load, act),
      charter: load(charter, CHARTER_STREAM),
      proposal: load(proposal, proposalStream(command.proposal)),
      ...(command instanceof ProposeAmendment ? namedIn(command, load) : NAMING_NOTHING),
    }),
  }),
  handles(accepting, [AcceptAmendment], {
    stream: (command) => proposalStream(command.proposal),
    context: (command, load, act) => {
      const found = load(amendment, amendmentStream(command.amendment));
      return {
        ...standing(load, act),
        charter: load(charter, CHARTER_STREAM),
        amendment: found,
        ...(found.status === 'absent' ? NAMING_NOTHING : namedIn(found.text, load)),
      };
    },
  }),
];
