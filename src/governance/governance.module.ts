// Governance's wiring: routes, deciders with their context, views, processes.
import { Module } from '@nestjs/common';
import { domainRoom } from '../http/index.ts';
import { AdmissionController } from './admission.controller.ts';
import { AmendmentController } from './amendment.controller.ts';
import { AftermathController } from './aftermath.controller.ts';
import { aftermathProcesses } from './aftermath.process.ts';
import { CheckingController } from './checking.controller.ts';
import { CommentController } from './comment.controller.ts';
import { CarriedController, DelegateController, DelegationController } from './delegation/delegation.controller.ts';
import { delegationsView } from './delegation/delegation.view.ts';
import { deliberationViews } from './deliberation.parts.ts';
import { deliberationHandlings } from './deliberation.handlings.ts';
import { ProposalController, ProtocolController, ResolutionController } from './governance.controller.ts';
import { DisputeController } from './dispute.controller.ts';
import { disputeHandlings } from './dispute.handlings.ts';
import { disputesView } from './dispute.view.ts';
import { HabitsController } from './habits.controller.ts';
import { governanceHandlings } from './governance.handlings.ts';
import { admittingSponsored } from './sponsoring.process.ts';
import { ProtocolHistoryController, RevisionController } from './texts.controller.ts';
import { protocolStatus } from './protocol-status.view.ts';
import { SuspensionController } from './suspension.controller.ts';
import { suspensionsEnding } from './suspension.ts';
import { votingProcesses } from './voting.process.ts';

@Module(
  domainRoom({
    controllers: [
      HabitsController,
      ProposalController, CheckingController, AftermathController, ProtocolController, ResolutionController, RevisionController, ProtocolHistoryController, AdmissionController,
      CommentController, AmendmentController, SuspensionController, DisputeController,
      DelegationController, DelegateController, CarriedController,
    ],
    handlings: [...governanceHandlings, ...deliberationHandlings, ...disputeHandlings],
    views: [protocolStatus, delegationsView, ...deliberationViews, disputesView],
    processes: [admittingSponsored, ...votingProcesses, ...aftermathProcesses, suspensionsEnding],
  }),
)
export class GovernanceModule {}
