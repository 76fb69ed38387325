// Who sponsors which text of a proposal.
import { instantOf } from '../kernel/index.ts';
import { temporal, view } from '../runtime/index.ts';
import type { SponsorEvent } from './sponsoring.ts';

const sponsorKey = (proposal: string, sponsor: string): string => `${proposal}/${sponsor}`;

export const sponsorsView = view<SponsorEvent>()({
  name: 'sponsors',
  version: 1,
  tables: {
    /** By `<ProposalId>/<PersonId>`. Support for an earlier text stays on record, and counts no more. */
    sponsor: temporal({ proposal: 'text', sponsor: 'text', textRevision: 'integer', sponsoredAt: 'instant' }, [['proposal']]),
  },
  project: {
    ProposalSponsored({ data: { proposal, sponsor, textRevision }, time }, rows) {
      const key = sponsorKey(proposal, sponsor);
      const row = { proposal, sponsor, textRevision, sponsoredAt: instantOf(time) };
      if (rows.sponsor.current(key)) rows.sponsor.change(key, row);
      else rows.sponsor.open(key, row);
    },
    SponsorshipWithdrawn: ({ data: { proposal, sponsor } }, rows) => rows.sponsor.close(sponsorKey(proposal, sponsor)),
  },
});
