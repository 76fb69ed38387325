// What is asked of the defence log. Tables come bound to a position; rows come filtered by who asks.
import { eachShown, maySee, paging, visiblePage, type PageOf, type Viewer } from '../community/index.ts';
import type { Audience } from '../kernel/index.ts';
import type { Page, Read, ReaderOf, Secrets } from '../runtime/index.ts';
import { corroborationKey, defenceLog } from './defence-log.view.ts';

type T = typeof defenceLog.tables;
export type DefenceTables = ReaderOf<T>;
export type AttemptRow = Read<T['attempt']['columns']>;
export type DeniedOfferRow = Read<T['deniedOffer']['columns']>;
export type EvidenceRow = Read<T['evidence']['columns']>;
export type SabotageRow = Read<T['sabotage']['columns']>;
export type CorroborationRow = Read<T['corroboration']['columns']>;

/** What an attempt is called until it is upheld. */
export const CALLED = 'refused request';

export type RefusedRequest = AttemptRow & { readonly called: typeof CALLED };

const COMMUNITY: readonly Audience[] = ['community'];
const ofAttempt = ({ party }: AttemptRow): readonly Audience[] => ['community', { party }];
const ofSabotage = ({ facility }: SabotageRow): readonly Audience[] => ['community', { party: facility }];

/** The named ones of a filter, as a list's `where`: of a table that declares a list by each of them and by all together. */
function where<F extends Readonly<Record<string, string | undefined>>>(filter: F): { readonly where?: { readonly [K in keyof F]?: string } } {
  const named = Object.entries(filter).filter(([, value]) => value !== undefined);
  return named.length === 0 ? {} : { where: Object.fromEntries(named) as { [K in keyof F]?: string } };
}

/** Newest first. The party concerned sees its own; `party` and `lot` narrow the list. */
export function refusedRequests(
  { attempt }: DefenceTables,
  viewer: Viewer,
  { party, lot, ...page }: PageOf & { readonly party?: string | undefined; readonly lot?: string | undefined } = {},
): Page<RefusedRequest> {
  const visible = visiblePage(viewer, ofAttempt, (later) => attempt.list({ ...where({ party, lot }), order: 'newest', ...paging(page, later) }));
  return eachShown(visible, (row) => ({ ...row, called: CALLED }));
}

export function refusedRequest({ attempt }: DefenceTables, viewer: Viewer, id: string): RefusedRequest | undefined {
  const row = attempt.get(id);
  return row && maySee(viewer, ofAttempt(row)) ? { ...row, called: CALLED } : undefined;
}

/** Offers that a protocol denied to who made them, newest first: the community's own matter, no attempt of the receiver. */
export const deniedOffers = ({ deniedOffer }: DefenceTables, viewer: Viewer, page: PageOf = {}): Page<DeniedOfferRow> =>
  visiblePage(viewer, () => COMMUNITY, (later) => deniedOffer.list({ order: 'newest', ...paging(page, later) }));

/** A row with its sealed statement opened: null where there is none, or its key was destroyed. */
export type Opened<R extends { readonly statement: string | null }> = Omit<R, 'statement'> & { readonly statement: string | null };

/** Opens a sealed statement for who may see it. */
const opened = (secrets: Pick<Secrets, 'open'>, sealed: string): string | null => secrets.open(sealed) ?? null;

/** Reports, newest first; `state` and `facility` narrow the list. */
export function sabotageReports(
  { sabotage }: DefenceTables,
  viewer: Viewer,
  secrets: Pick<Secrets, 'open'>,
  { facility, state, ...page }: PageOf & { readonly facility?: string | undefined; readonly state?: string | undefined } = {},
): Page<Opened<SabotageRow>> {
  const visible = visiblePage(viewer, ofSabotage, (later) => sabotage.list({ ...where({ facility, state }), order: 'newest', ...paging(page, later) }));
  return eachShown(visible, (row) => ({ ...row, statement: opened(secrets, row.statement) }));
}

export type SabotageReport = Opened<SabotageRow> & { readonly corroborators: Page<Opened<CorroborationRow>> };

/** A report with who corroborates it, in order; `page` pages the corroborations. */
export function sabotageReport(
  { sabotage, corroboration }: DefenceTables,
  viewer: Viewer,
  secrets: Pick<Secrets, 'open'>,
  id: string,
  page: PageOf = {},
): SabotageReport | undefined {
  const row = sabotage.get(id);
  if (!row || !maySee(viewer, ofSabotage(row))) return undefined;
  const said = corroboration.list({ where: { sabotage: id }, ...paging(page) });
  const corroborators = eachShown(said, (one) => ({ ...one, statement: one.statement === null ? null : opened(secrets, one.statement) }));
  return { ...row, statement: opened(secrets, row.statement), corroborators };
}

export function evidenceOnFile({ evidence }: DefenceTables, viewer: Viewer, hash: string): EvidenceRow | undefined {
  const row = evidence.get(hash);
  return row && maySee(viewer, COMMUNITY) ? row : undefined;
}

/** Open reports that the viewer could still corroborate: a member, not the reporter, not among the corroborators. */
export function awaitingCorroborationBy({ sabotage, corroboration }: DefenceTables, viewer: Viewer, limit: number): SabotageRow[] {
  const { person } = viewer;
  if (!viewer.member || person === undefined) return [];
  const waiting: SabotageRow[] = [];
  for (const row of sabotage.scan({ state: 'reported' })) {
    if (row.reporter === person || corroboration.get(corroborationKey(row.key, person))) continue;
    if (waiting.push(row) === limit) break;
  }
  return waiting;
}
