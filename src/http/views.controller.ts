// The views as who runs the service sees them: where each one stands, and building them anew.
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsOptional, IsString } from 'class-validator';
import { LogReader } from './ports.ts';
import { ForOperator } from './access.ts';
import { Answer, answer } from './answer.ts';
import { Command } from './command.ts';
import { Answers, Describes, Rejects } from './describe.ts';
import { edgeRejections } from './rejections.ts';

/** Where a view stands; `progress` while it is being built. */
export interface ViewStanding {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly reason?: string;
  readonly position: number;
  /** Events behind the log's head. */
  readonly lag: number;
  readonly progress?: object;
}

/** Keeps the views of the service. */
export abstract class ViewKeeping {
  abstract status(): readonly ViewStanding[];
  /** Settles when they are built and swapped in. @throws Error that says which were not */
  abstract rebuild(names: readonly string[]): Promise<void>;
}

class RebuildViews {
  /** Names of views; absent: all. */
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsString({ each: true })
  readonly views?: readonly string[];
}

const STANDING = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    version: { type: 'integer' },
    state: { enum: ['live', 'building', 'failed'] },
    reason: { type: 'string' },
    position: { type: 'integer', minimum: 0 },
    lag: { type: 'integer', minimum: 0, description: 'Events behind the log.' },
    progress: { type: 'object', description: 'While it is being built.' },
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
  properties: { position: { type: 'integer', minimum: 0 }, views: { type: 'array', items: STANDING }, rebuild: { ...REBUILD, description: 'The last rebuild since the start.' } },
  required: ['position', 'views'],
};

interface Rebuild {
  readonly running: boolean;
  readonly views: readonly string[];
  readonly failure?: string;
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
  read(): Answer {
    const { position } = this.log.head();
    return answer(position, { position, views: this.keeping.status(), ...(this.last ? { rebuild: this.last } : {}) });
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
