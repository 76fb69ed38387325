// The command line: `biolithic COMMAND`.
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { EXIT, failureOf } from './cli/failure.ts';
import { addLogCommands } from './cli/log.command.ts';
import { addRecountCommand } from './cli/recount.command.ts';
import { addServiceCommands } from './cli/service.command.ts';
import { addStartCommand } from './cli/start.command.ts';
import { addStoryCommand } from './cli/story/story.command.ts';
import { note } from './cli/terminal.ts';
import { addViewCommands } from './cli/views.command.ts';

const program = new Command('biolithic')
  .description('What a community decides about its materials: the service, and the tools around it.')
  .showSuggestionAfterError()
  .showHelpAfterError('Run it with --help to see what it takes.')
  .addHelpText('after', '\nExit codes: 0 done · 1 refused, unexpected, damaged or different · 2 a mistake in the command line or configuration\n            3 the service or the data cannot be reached · 130 stopped by Ctrl-C')
  .exitOverride();

const verify = new Command('verify').description('Check that the log, or the views, are what they should be');
addStartCommand(program);
addServiceCommands(program);
addViewCommands(program, verify);
addLogCommands(program, verify);
addRecountCommand(program);
addStoryCommand(program);
program.addCommand(verify);
for (const command of everyCommand(program)) command.exitOverride().showHelpAfterError('Run it with --help to see what it takes.');

// `biolithic log | head`: who reads has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = told(error);
}

function* everyCommand(of: Command): Generator<Command> {
  for (const command of of.commands) {
    yield command;
    yield* everyCommand(command);
  }
}

/** Says what went wrong. @returns the exit code */
function told(error: unknown): number {
  if (error instanceof InvalidArgumentError) {
    note(`biolithic: ${error.message}`);
    return EXIT.usage;
  }
  // Commander has said what it had to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const failure = failureOf(error);
  if (!failure) {
    note(`biolithic: a bug, please report it with this:\n${error instanceof Error ? error.stack : String(error)}`);
    return EXIT.failed;
  }
  note(failure.exitCode === EXIT.interrupted ? 'Stopped.' : `biolithic: ${failure.name}: ${failure.message}`);
  return failure.exitCode;
}
