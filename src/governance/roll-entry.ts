// A voter's own entry on a sealed roll, proven: made once more from the log alone, for nobody else.
import { defineRejections } from '../kernel/index.ts';
import type { Inquiry } from '../runtime/index.ts';
import { ballotRejections } from './ballot.ts';
import { proposal as proposalFold, proposalStream } from './proposal.ts';
import { voteKey } from './protocol-status.view.ts';
import { proposalRejections } from './rejections.ts';
import { entryOf, rollAt, type RollEntry } from './roll.ts';

export const rollEntryRejections = defineRejections({
  RollDiffers: [409, 'the roll that the log gives is not the one that was sealed', 'A proof leads to the root that was sealed before the vote, or is none.'],
});

export interface RollEntryAsked {
  readonly proposal: string;
  readonly person: string;
  /** The service's roll key: salts are derived from it. */
  readonly key: Uint8Array;
}

export const rollEntry: Inquiry<RollEntryAsked, RollEntry> = {
  name: 'roll-entry',
  answer(log, { proposal, person, key }) {
    const state = log.fold(proposalFold, proposalStream(proposal));
    if (state.status === 'absent') throw proposalRejections.NoSuchProposal();
    if (!state.frozen || !state.roll) throw proposalRejections.RollNotSealed();
    const entry = entryOf(key, voteKey(proposal, state.rollRound ?? state.round), rollAt(state.frozen, log), person);
    if (!entry) throw ballotRejections.NotOnRoll({ frozenAt: state.frozen.at.position });
    if (entry.root !== state.roll.root || entry.size !== state.roll.size) throw rollEntryRejections.RollDiffers({ sealed: state.roll.root, found: entry.root });
    return entry;
  },
};
