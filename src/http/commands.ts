// Commands: the way from a controller to the command executor, over Nest's CommandBus with one generic handler.
import { Injectable } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandExecutor, type Acknowledgement as Executed, type Submission } from '../runtime/index.ts';
import type { Acting } from './acting.ts';
import { Acknowledgement } from './answer.ts';

/** One command on its way: what is to be done, and by whom. */
export class SubmittedCommand {
  readonly submission: Submission;

  constructor(submission: Submission) {
    this.submission = submission;
  }
}

/** One handler for every command: deciders, streams and contexts are data, so a class per command would only delegate. */
@Injectable()
@CommandHandler(SubmittedCommand)
export class SubmissionHandler implements ICommandHandler<SubmittedCommand> {
  constructor(private readonly executor: CommandExecutor) {}

  execute({ submission }: SubmittedCommand): Promise<Executed> {
    return this.executor.execute(submission);
  }
}

@Injectable()
export class Commands {
  constructor(private readonly bus: CommandBus) {}

  /** Settles when the command's events are durable, numbered and in effect. @throws Rejection */
  async run(command: object, { actor, onBehalfOf, commandId, ifPosition }: Acting): Promise<Acknowledgement> {
    const submission: Submission = {
      command,
      actor,
      commandId,
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      ...(ifPosition === undefined ? {} : { ifPosition }),
    };
    return new Acknowledgement(await this.bus.execute<SubmittedCommand, Executed>(new SubmittedCommand(submission)));
  }
}
