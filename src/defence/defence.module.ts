// Defence's wiring: routes, deciders with their context, views.
import { Module } from '@nestjs/common';
import { domainRoom } from '../http/index.ts';
import {
  DefenceLogController,
  DeniedOfferController,
  EvidenceController,
  RefusedRequestController,
  SabotageController,
} from './defence.controller.ts';
import { defenceHandlings } from './defence.handlings.ts';
import { defenceLog } from './defence-log.view.ts';

@Module(
  domainRoom({
    controllers: [EvidenceController, SabotageController, RefusedRequestController, DeniedOfferController, DefenceLogController],
    handlings: defenceHandlings,
    views: [defenceLog],
  }),
)
export class DefenceModule {}
