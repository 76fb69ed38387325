// The route by which a guardian suspends a faulty clause.
import { Controller, Post } from '@nestjs/common';
import { Acting, Command, Commands, Describes, ForLinkedPersons, Rejects } from '../http/index.ts';
import { SuspendClause } from './suspension.commands.ts';

@Controller('protocols/:protocol/clauses/:clause')
export class SuspensionController {
  constructor(private readonly commands: Commands) {}

  @Post('suspension')
  @ForLinkedPersons()
  @Describes(
    'Suspend a faulty clause',
    'By a guardian, on a ground of the list, for 72 hours at most and once. Then it binds again, unless a vote has changed or repealed its protocol. What is untouchable stays so for everybody outside.',
  )
  @Rejects('GuardianRequired', 'ProtocolNotInForce', 'NoSuchClause', 'SuspendedBefore', 'SuspensionTooLong')
  suspend(@Command(SuspendClause) command: SuspendClause, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }
}
