// The community's wiring: routes, deciders with their context, views, processes.
import { Module } from '@nestjs/common';
import { domainRoom } from '../http/index.ts';
import { actsView } from './acts.view.ts';
import { applications, appointments, foundersAdmission, linkingPersons } from './becoming.process.ts';
import { communityHandlings } from './community.handlings.ts';
import { communityView } from './community.view.ts';
import { FoundingController } from './founding.controller.ts';
import { InvitationController } from './invitation.controller.ts';
import { MemberController, PartyController } from './membership.controller.ts';
import { officeProcesses } from './office.process.ts';
import { RoleController } from './role.controller.ts';
import { TokenController } from './token.controller.ts';

@Module(
  domainRoom({
    controllers: [FoundingController, InvitationController, TokenController, MemberController, RoleController, PartyController],
    handlings: communityHandlings,
    views: [communityView, actsView],
    processes: [linkingPersons, applications, foundersAdmission, appointments, ...officeProcesses],
  }),
)
export class CommunityModule {}
