// Routes of my page.
import { Controller, Get } from '@nestjs/common';
import { actsOf, actsView, communityView, paging, type Viewer } from '../community/index.ts';
import { materialCustody } from '../custody/index.ts';
import { defenceLog } from '../defence/index.ts';
import { protocolStatus } from '../governance/index.ts';
import { Answers, Describes, ForLinkedPersons, Listing, Paging, Reading, rowOf, Secrets, Viewing, Views, answer } from '../http/index.ts';
import { myPage } from './my-page.ts';

type Somebody = Viewer & { readonly person: string };

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const list = (items: object) => ({ type: 'array', items });
const object = (properties: Readonly<Record<string, object>>) => ({ type: 'object', properties, required: Object.keys(properties) });

const act = object({ position: count, what: text, stream: text, at: { type: 'string', format: 'date-time' }, by: text, onBehalfOf: { type: ['string', 'null'] } });
const page = object({
  person: text,
  name: { type: ['string', 'null'] },
  status: { enum: ['none', 'applied', 'member'] },
  roles: list(text),
  parties: list(object({ party: text, name: text, scope: list(text), until: { type: ['string', 'null'], format: 'date-time' } })),
  waiting: object({
    charter: { type: ['object', 'null'] },
    ballots: list(object({ proposal: text, title: text, closesAt: { type: 'string', format: 'date-time' } })),
    offers: list(rowOf(materialCustody.tables.transfer)),
    requests: list(rowOf(materialCustody.tables.request)),
    sabotage: list(object({ sabotage: text, facility: text, reportedAt: { type: 'string', format: 'date-time' }, corroborations: count, needed: count })),
    applications: list(text),
    proposals: list(object({ proposal: text, title: text })),
  }),
  acts: object({ rows: list(act) }),
});

@Controller('my-page')
export class MyPageController {
  constructor(
    private readonly views: Views,
    private readonly secrets: Secrets,
  ) {}

  @Get()
  @ForLinkedPersons()
  @Describes('Who I am here, what waits for me, and what was done in my name', 'All parts are as of one position.')
  @Answers(page)
  async mine(@Reading() at: Reading, @Viewing() viewer: Somebody) {
    const { position, tables: community } = await this.views.read(communityView, at);
    const same = { asOf: position, waitFor: position };
    const [acts, governance, custody, defence] = await Promise.all([
      this.views.read(actsView, same),
      this.views.read(protocolStatus, same),
      this.views.read(materialCustody, same),
      this.views.read(defenceLog, same),
    ]);
    const tables = { community, acts: acts.tables, governance: governance.tables, custody: custody.tables, defence: defence.tables };
    return answer(position, myPage(tables, viewer, (sealed) => this.secrets.open(sealed)));
  }

  @Get('acts')
  @ForLinkedPersons()
  @Describes('Every act done by me or in my name, newest first')
  @Answers(act, 'page')
  async acts(@Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging, @Viewing() viewer: Somebody) {
    const { position, tables } = await this.views.read(actsView, at);
    return answer(position, actsOf(tables, viewer.person, paging({ after: cursor, limit })));
  }
}
