// My page's wiring: routes only; views and rules are those of the rooms it is composed of.
import { Module } from '@nestjs/common';
import { domainRoom } from '../http/index.ts';
import { MyCalendarController } from './my-calendar.controller.ts';
import { MyPageController } from './my-page.controller.ts';

@Module(domainRoom({ controllers: [MyPageController, MyCalendarController], handlings: [], views: [] }))
export class MyPageModule {}
