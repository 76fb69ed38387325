// The application: the edge and the rooms.
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { CommunityModule } from './community/community.module.ts';
import { CustodyModule } from './custody/custody.module.ts';
import { DefenceModule } from './defence/defence.module.ts';
import { GovernanceModule } from './governance/governance.module.ts';
import { HttpModule, type EdgeParts } from './http/http.module.ts';
import { MyPageModule } from './my-page/my-page.module.ts';

/** Modules of the domain rooms. Their views and processes are also in registry.ts, which workers load. */
export const ROOMS: readonly Type[] = [CommunityModule, GovernanceModule, CustodyModule, DefenceModule, MyPageModule];

@Module({})
export class AppModule {
  static of(parts: EdgeParts): DynamicModule {
    return { module: AppModule, imports: [HttpModule.of(parts), ...ROOMS] };
  }
}
