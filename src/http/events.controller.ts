// The log as its readers may see it: live as Server-Sent Events, and page by page as JSON lines.
import { Controller, Get, Req, Res } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsInt, Matches, Max, Min } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setImmediate as turn } from 'node:timers/promises';
import { maySee } from '../community/index.ts';
import { msOf } from '../kernel/index.ts';
import { runtimeRejections } from '../runtime/index.ts';
import { Public } from './access.ts';
import { callerOf, type Caller } from './caller.ts';
import { Answers, Describes, Rejects, Resumes } from './describe.ts';
import { Feed } from './feed.ts';
import { FeedReader, type Sight } from './feed-reader.ts';
import { FeedReaders } from './feed-readers.ts';
import { LogReader, ServiceClock } from './ports.ts';
import { Listing, parsePosition, Reading } from './reading.ts';
import { edgeRejections } from './rejections.ts';
import { POSITION_HEADER } from './responses.ts';
import { Standing } from './standing.ts';
import { reached } from './waiting.ts';
import { Optional } from '../validation/index.ts';

const asList = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.split(',') : value);

class FeedFilter {
  /** Position after which to begin; the default is now. `Last-Event-ID` goes before it. */
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly after?: number;

  /** Wire names of events, separated by commas; the default is all. */
  @Optional()
  @Transform(asList)
  @ArrayMaxSize(100)
  @Matches(/^[a-z][a-z-]*\.[a-z][a-z-]*\.v[1-9][0-9]*$/, { each: true })
  readonly types?: readonly string[];
}

class EventsFilter extends FeedFilter {
  /** Most events to answer with. */
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000)
  readonly limit?: number;
}

/** Schema of one event, on the feed and in exports. */
const PUBLISHED_EVENT = {
  type: 'object',
  properties: {
    position: { type: 'integer', minimum: 1 },
    type: { type: 'string', description: 'Wire name.' },
    stream: { type: 'string' },
    revision: { type: 'integer', minimum: 0 },
    time: { type: 'string', format: 'date-time' },
    actor: { type: 'string' },
    onBehalfOf: { type: 'string' },
    commandId: { type: 'string', format: 'uuid' },
    data: { type: 'object', description: 'What happened. Personal texts are sealed.' },
  },
  required: ['position', 'type', 'stream', 'revision', 'time', 'actor', 'commandId', 'data'],
};

/** Positions looked at in one export, and bytes sent, at most: the rest is the next page. */
const MOST_SCANNED = 50_000;
const MOST_BYTES = 4 * 1024 * 1024;
const DEFAULT_EVENTS = 1_000;
const PAGE = 1_024;

@Controller()
export class EventsController {
  constructor(
    private readonly feed: Feed,
    private readonly readers: FeedReaders,
    private readonly log: LogReader,
    private readonly standing: Standing,
    private readonly clock: ServiceClock,
  ) {}

  @Get('feed')
  @Public()
  @Resumes()
  @Describes('Live feed', 'Server-Sent Events with log positions as ids, of what the caller may see. A lost connection resumes with Last-Event-ID.')
  @Answers(PUBLISHED_EVENT, 'one', { mediaType: 'text/event-stream' })
  @Rejects('InvalidLastEventId', 'PositionBeyondHead', 'TooManyListeners')
  follow(@Listing(FeedFilter) { after, types }: FeedFilter, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const caller = callerOf(request);
    const from = lastEventId(request) ?? after ?? this.feed.position;
    const head = this.log.head().position;
    if (from > head) throw runtimeRejections.PositionBeyondHead({ position: from, head });
    const who = caller.identity?.person;
    this.readers.assertRoom(who, request.ip);
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      [POSITION_HEADER]: String(head),
    });
    if (request.method === 'HEAD') return void reply.raw.end();
    this.readers.add(
      who,
      request.ip,
      (onEnd) =>
        new FeedReader(this.feed, reply.raw, {
          after: from,
          types: types && new Set(types),
          sight: () => this.sightOf(caller),
          isEntitled: () => caller.identity === undefined || caller.identity.expiresAt > this.clock.now(),
          onEnd,
        }),
    );
  }

  @Get('events')
  @Public()
  @Describes(
    'Events of the log',
    'JSON lines, in log order, of what the caller may see after a position. A `Link` header with rel="next" leads on while there is more.',
  )
  @Answers(PUBLISHED_EVENT, 'one', { mediaType: 'application/jsonl' })
  @Rejects('PositionBeyondHead')
  async export(
    @Reading() { asOf, waitFor }: Reading,
    @Listing(EventsFilter) { after = 0, types, limit = DEFAULT_EVENTS }: EventsFilter,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await reached(this.log, Math.max(after, asOf ?? 0, waitFor ?? 0));
    const end = asOf ?? this.log.head().position;
    const sight = this.sightOf(callerOf(request));
    const wanted = types && new Set(types);
    let [text, lines, cursor] = ['', 0, after];
    while (cursor < end && lines < limit && text.length < MOST_BYTES && cursor - after < MOST_SCANNED) {
      const events = this.log.readAll(cursor, Math.min(PAGE, end - cursor), 'proven');
      for (const { position, type, audience, json } of this.feed.publish(events)) {
        if ((wanted && !wanted.has(type)) || !sight.maySee(audience)) continue;
        text += `${json}\n`;
        lines += 1;
        if (lines === limit) {
          cursor = position;
          break;
        }
      }
      if (lines < limit) cursor = events.at(-1)?.position ?? end;
      await turn();
    }
    if (cursor < end) reply.header('link', `</events?${nextQuery(request.query, cursor, asOf)}>; rel="next"`);
    void reply
      .header('content-type', 'application/jsonl; charset=utf-8')
      .header('cache-control', 'private, no-cache')
      .header('vary', 'authorization')
      .header('etag', `"${end}"`)
      .header(POSITION_HEADER, String(end))
      .send(text);
  }

  /** As the caller's standing is now. */
  private sightOf({ identity }: Caller): Sight {
    const viewer = this.standing.viewerOf(identity?.person);
    const until = viewer.until === undefined ? Infinity : msOf(viewer.until);
    return { maySee: (audience) => maySee(viewer, audience), isOver: () => this.clock.now() >= until };
  }
}

function lastEventId(request: FastifyRequest): number | undefined {
  const header = request.headers['last-event-id'];
  if (header === undefined || header === '') return undefined;
  const position = parsePosition(header);
  if (position === undefined) throw edgeRejections.InvalidLastEventId();
  return position;
}

function nextQuery(query: unknown, after: number, asOf: number | undefined): string {
  const { limit, types } = query as Record<string, string | undefined>;
  const next = new URLSearchParams({ after: String(after) });
  if (limit !== undefined) next.set('limit', limit);
  if (types !== undefined) next.set('types', types);
  if (asOf !== undefined) next.set('asOf', String(asOf));
  return next.toString();
}
