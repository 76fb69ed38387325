// Routes of my page.
import { Controller, Get } from '@nestjs/common';
import { actsOf, actsView, communityView, OFFICES, paging, ROLES, SCOPES, type ActShown, type Somebody, type Term } from '../community/index.ts';
import { materialCustody, BECAUSE, PASSES, REQUEST_STATES, TRANSFER_STATES } from '../custody/index.ts';
import { defenceLog } from '../defence/index.ts';
import { amendmentsView, commentsView, protocolStatus, type AwaitedAmendment, type AwaitedAppeal, type AwaitedBallot } from '../governance/index.ts';
import { Answers, Describes, ForLinkedPersons, Listing, Paging, Reading, rowOf, Secrets, Viewing, Views, answer, objectOf } from '../http/index.ts';
import { myPage, type MyPage, type MyParty, type ReportToCorroborate, type TitledProposal } from './my-page.ts';

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const instant = { type: 'string', format: 'date-time' };
const textOrNull = { type: ['string', 'null'] };
const list = (items: object) => ({ type: 'array', items });

type Waiting = MyPage['waiting'];
const titled = objectOf<TitledProposal>({ proposal: text, title: text });
const offer = rowOf(materialCustody.tables.transfer, { because: BECAUSE, confirmedBy: list({ ...text, format: 'uuid' }), passes: { enum: PASSES }, state: { enum: TRANSFER_STATES } });
const request = rowOf(materialCustody.tables.request, { because: BECAUSE, state: { enum: REQUEST_STATES } });
const act = objectOf<ActShown>({ position: { type: 'integer', minimum: 1 }, what: text, stream: text, at: instant, by: text, onBehalfOf: textOrNull });
const acts = { type: 'object', properties: { rows: list(act), next: { ...text, description: 'Cursor of the next page of `/my-page/acts`.' } }, required: ['rows'] };
const page = objectOf<MyPage>({
  person: text,
  name: textOrNull,
  status: { enum: ['none', 'applied', 'member'] },
  roles: list({ enum: ROLES }),
  terms: { ...list(objectOf<Term>({ role: { enum: OFFICES }, until: instant })), description: 'When the roles end that I hold for a time, the first one first.' },
  parties: list(objectOf<MyParty>({ party: text, name: text, scope: list({ enum: SCOPES }), until: { ...instant, type: ['string', 'null'] } })),
  waiting: objectOf<Waiting>({
    charter: { ...objectOf<NonNullable<Waiting['charter']>>({ name: text, charterText: text }), type: ['object', 'null'] },
    ballots: list(objectOf<AwaitedBallot>({ proposal: text, title: text, closesAt: instant })),
    offers: list(offer),
    requests: list(request),
    sabotage: list(objectOf<ReportToCorroborate>({ sabotage: text, facility: text, reportedAt: instant, corroborations: count, needed: count })),
    applications: { ...list(text), description: 'For stewards: persons who have applied.' },
    proposals: { ...list(titled), description: 'For stewards: proposals by others, to be admitted.' },
    appeals: { ...list(objectOf<AwaitedAppeal>({ proposal: text, comment: text })), description: 'For stewards: appeals against the hiding of a comment.' },
    freezes: { ...list(titled), description: 'For stewards: admitted proposals, to be frozen.' },
    amendments: { ...list(objectOf<AwaitedAmendment>({ proposal: text, amendment: text, title: text })), description: 'Amendments of own proposals, to be accepted or rejected.' },
    rebases: { ...list(titled), description: 'Own proposals that passed, could not be enacted, and wait for a new text.' },
  }),
  acts,
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
    const [acts, governance, comments, amendments, custody, defence] = await Promise.all([
      this.views.read(actsView, same),
      this.views.read(protocolStatus, same),
      this.views.read(commentsView, same),
      this.views.read(amendmentsView, same),
      this.views.read(materialCustody, same),
      this.views.read(defenceLog, same),
    ]);
    const tables = {
      community, acts: acts.tables, governance: governance.tables, comments: comments.tables, amendments: amendments.tables, custody: custody.tables,
      defence: defence.tables,
    };
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
