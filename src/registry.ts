// The registry: every event type, view, process and inquiry of the service. Worker threads load it, so nothing behind it is decorated.
import {
  actsView, applications, appointments, charterEvents, communityView, foundersAdmission, invitationEvents, linkingPersons, membershipEvents,
  officeEvents, officeProcesses, partyEvents, personEvents,
} from './community/index.ts';
import {
  grandfathered, grandfatheringEvents, lapsingForbidden, lapsingOffers, lotEvents, materialCustody, materialEvents, preview, requestEvents, reviewingEnactments,
} from './custody/index.ts';
import { attemptEvents, defenceLog, evidenceEvents, sabotageEvents } from './defence/index.ts';
import {
  admittingSponsored, aftermathProcesses, ballotEvents, count, delegates, delegationEvents, delegationsView, deliberationEvents, deliberationViews, proposalEvents, protocolStatus, recount, rollEntry, votingProcesses,
  disputeEvents, disputesView, suspensionsEnding,
} from './governance/index.ts';
import { EventCatalogue } from './kernel/index.ts';
import type { Inquiry, Process, View } from './runtime/index.ts';

export const catalogue = new EventCatalogue([
  charterEvents,
  invitationEvents,
  personEvents,
  membershipEvents,
  officeEvents,
  partyEvents,
  proposalEvents,
  ...deliberationEvents,
  ballotEvents,
  disputeEvents,
  delegationEvents,
  materialEvents,
  lotEvents,
  requestEvents,
  grandfatheringEvents,
  attemptEvents,
  evidenceEvents,
  sabotageEvents,
]);

export const views: readonly View[] = [communityView, actsView, protocolStatus, delegationsView, ...deliberationViews, disputesView, materialCustody, grandfathered, defenceLog] as readonly View[];

export const processes: readonly Process[] = [
  linkingPersons,
  applications,
  foundersAdmission,
  appointments,
  admittingSponsored,
  ...officeProcesses,
  ...votingProcesses,
  ...aftermathProcesses,
  suspensionsEnding,
  lapsingOffers,
  reviewingEnactments,
  lapsingForbidden,
];

export const inquiries: readonly Inquiry[] = [count, delegates, recount, rollEntry, preview];
