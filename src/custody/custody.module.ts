// Custody's wiring: routes, deciders with their context, views, processes.
import { Module } from '@nestjs/common';
import { domainRoom } from '../http/index.ts';
import { BalanceController, LotController, MaterialController, RequestController, TransferController } from './custody.controller.ts';
import { custodyHandlings } from './custody.handlings.ts';
import { lapsingOffers } from './lapse.process.ts';
import { materialCustody } from './material-custody.view.ts';

@Module(
  domainRoom({
    controllers: [MaterialController, LotController, TransferController, RequestController, BalanceController],
    handlings: custodyHandlings,
    views: [materialCustody],
    processes: [lapsingOffers],
  }),
)
export class CustodyModule {}
