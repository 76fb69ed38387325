// The views as who runs the service sees them: where each one stands, and building them anew.
import { Controller, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsString } from 'class-validator';
import type { BuildProgress } from '../runtime/index.ts';
import { LogReader } from './ports.ts';
import { ForOperator } from './access.ts';
import { Command } from './command.ts';
import { Answers, Describes, Rejects } from './describe.ts';
import { edgeRejections } from './rejections.ts';
import { Optional } from '../validation/index.ts';

/** Where a view stands; `progress` while it is being built. */
export interface ViewStanding {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly reason?: string;
  readonly position: number;
  /** Events behind the log's head. */
  readonly lag: number;
  readonly progress?: BuildProgress;
}

/** Keeps the views of the service. */
export abstract class ViewKeeping {
  abstract status(): readonly ViewStanding[];
  /** Settles when they are built and swapped in. @throws Error that says which were not */
  abstract rebuild(names: readonly string[]): Promise<void>;
}

class RebuildViews {
  /** Names of views; absent: all. */
  @Optional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsString({ each: true })
  readonly views?: readonly string[];
}

const count = { type: 'integer', minimum: 0 };

const PROGRESS: Readonly<Record<keyof BuildProgress, object>> = {
  views: { type: 'array', items: { type: 'string' }, description: 'Views that are built in the same pass.' },
  position: count,
  head: { ...count, description: 'Where the log is.' },
  eventsPerSecond: { type: 'number', minimum: 0 },
  secondsLeft: { type: 'number', minimum: 0, description: 'Absent until a rate is known.' },
};

/** Schema of where a view stands. */
export const VIEW_STANDING = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    version: { type: 'integer' },
    state: { enum: ['live', 'building', 'failed'] },
    reason: { type: 'string', description: 'Why it failed.' },
    position: count,
    lag: { ...count, description: 'Events behind the log.' },
    progress: {
      type: 'object',
      properties: PROGRESS,
      required: ['views', 'position', 'head', 'eventsPerSecond'],
      description: 'While it is being built, also beside a live one.',
    },
  },
  required: ['name', 'version', 'state', 'position', 'lag'],
};

const REBUILD = {
  type: 'object',
  properties: { running: { type: 'boolean' }, views: { type: 'array', items: { type: 'string' } }, failure: { type: 'string' } },
  required: ['running', 'views'],
};

const KEPT = {
  type: 'object',
  properties: { position: { ...count, description: 'Last one of the log.' }, views: { type: 'array', items: VIEW_STANDING }, rebuild: { ...REBUILD, description: 'The last rebuild since the start.' } },
  required: ['position', 'views'],
};

interface Rebuild {
  readonly running: boolean;
  readonly views: readonly string[];
  readonly failure?: string;
}

interface KeptViews {
  readonly position: number;
  readonly views: readonly ViewStanding[];
  readonly rebuild?: Rebuild;
}

@Controller('views')
@ForOperator()
export class ViewsController {
  private last: Rebuild | undefined;

  constructor(
    private readonly keeping: ViewKeeping,
    private readonly log: LogReader,
  ) {}

  @Get()
  @Describes('Where the views stand', 'With the progress of a rebuild, and how the last one ended.')
  @Answers(KEPT)
  @Header('cache-control', 'no-store')
  read(): KeptViews {
    // Not as of a position: a rebuild goes on while nothing happens.
    return { position: this.log.head().position, views: this.keeping.status(), ...(this.last ? { rebuild: this.last } : {}) };
  }

  @Post('rebuild')
  @HttpCode(202)
  @Describes('Build views anew from the log', 'Beside the live ones, which serve until the new ones have got as far. `GET /views` shows the progress.')
  @Answers(REBUILD, 'one', { status: 202 })
  @Rejects('RebuildUnderWay', 'NotFound')
  rebuild(@Command(RebuildViews) { views: chosen }: RebuildViews): Rebuild {
    if (this.last?.running) throw edgeRejections.RebuildUnderWay({ views: this.last.views });
    const known = this.keeping.status().map(({ name }) => name);
    const unknown = chosen?.find((name) => !known.includes(name));
    if (unknown !== undefined) throw edgeRejections.NotFound({ what: 'view', id: unknown });
    const views = chosen ?? known;
    this.last = { running: true, views };
    void this.keeping.rebuild(views).then(
      () => (this.last = { running: false, views }),
      (error: Error) => (this.last = { running: false, views, failure: error.message }),
    );
    return this.last;
  }
}
