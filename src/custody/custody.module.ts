// Custody's wiring: routes, deciders with their context, views, processes.
import { Module } from '@nestjs/common';
import { domainRoom } from '../http/index.ts';
import { custodyHandlings } from './custody.handlings.ts';
import { GrandfatheredController } from './grandfathered.controller.ts';
import { grandfathered } from './grandfathered.view.ts';
import { lapsingForbidden, reviewingEnactments } from './grandfathering.process.ts';
import { lapsingOffers } from './lapse.process.ts';
import { BalanceController, LotController } from './lot.controller.ts';
import { materialCustody } from './material-custody.view.ts';
import { MaterialController } from './material.controller.ts';
import { PreviewController } from './preview.controller.ts';
import { RequestController } from './request.controller.ts';
import { TransferController } from './transfer.controller.ts';

@Module(
  domainRoom({
    controllers: [MaterialController, LotController, TransferController, RequestController, BalanceController, PreviewController, GrandfatheredController],
    handlings: custodyHandlings,
    views: [materialCustody, grandfathered],
    processes: [lapsingOffers, reviewingEnactments, lapsingForbidden],
  }),
)
export class CustodyModule {}
