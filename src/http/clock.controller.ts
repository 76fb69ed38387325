// The simulated clock's dial: there only on a service that was started with one, on a log that says so.
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { Matches } from 'class-validator';
import { instantOf, msOf, type Instant } from '../kernel/index.ts';
import { ForOperator, Public } from './access.ts';
import { Command } from './command.ts';
import { Answers, Describes, Rejects } from './describe.ts';
import { LogReader } from './ports.ts';
import { edgeRejections } from './rejections.ts';

/** Moves the service's clock. */
export abstract class ClockDial {
  abstract now(): number;
  /** Settles when everything that fell due on the way is done. @throws RangeError for an instant that has passed */
  abstract advanceTo(instant: Instant): Promise<void>;
}

class MoveClock {
  /** Instant in UTC, not before the clock's. */
  @Matches(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/)
  readonly to!: string;
}

const MOVED = {
  type: 'object',
  properties: {
    now: { type: 'string', format: 'date-time' },
    position: { type: 'integer', minimum: 1, description: 'Of the log, with everything that fell due: to read what became of it, `waitFor` it.' },
  },
  required: ['now', 'position'],
};

const READING = { type: 'object', properties: { now: { type: 'string', format: 'date-time' } }, required: ['now'] };

@Controller('clock')
export class ClockController {
  constructor(
    private readonly dial: ClockDial,
    private readonly log: LogReader,
  ) {}

  @Get()
  @Public()
  @Describes('What the simulated clock shows')
  @Answers(READING)
  read(): { now: Instant } {
    return { now: instantOf(this.dial.now()) };
  }

  @Post()
  @HttpCode(200)
  @ForOperator()
  @Describes('Move the simulated clock forward', 'Answers when everything that fell due on the way is done.')
  @Answers(MOVED)
  @Rejects('ClockMovesForward')
  async move(@Command(MoveClock) { to }: MoveClock): Promise<{ now: Instant; position: number }> {
    const ms = Number.isNaN(Date.parse(to)) ? Number.NaN : msOf(to);
    if (!(ms >= this.dial.now())) throw edgeRejections.ClockMovesForward({ now: instantOf(this.dial.now()) });
    await this.dial.advanceTo(instantOf(ms));
    return { ...this.read(), position: this.log.head().position };
  }
}
