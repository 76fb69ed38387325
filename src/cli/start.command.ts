// `start`: the service itself, which reads its own options.
import type { Command } from 'commander';

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('Serve until stopped. Its options are listed by: biolithic start --help')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument('[options...]')
    .action(async (argv: readonly string[]) => {
      const { start } = await import('../main.ts');
      process.exitCode = await start(argv);
    });
}
