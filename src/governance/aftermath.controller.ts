// Route of the guardians' veto.
import { Controller, Post } from '@nestjs/common';
import { Acting, Command, Commands, Describes, ForLinkedPersons, Rejects } from '../http/index.ts';
import { VetoProposal } from './aftermath.commands.ts';

@Controller('proposals/:proposal')
export class AftermathController {
  constructor(private readonly commands: Commands) {}

  @Post('veto')
  @ForLinkedPersons()
  @Describes('Veto what has passed', 'By a guardian, in the timelock. When as many have done so as the charter asks for, the roll votes on whether they are overridden.')
  @Rejects('NoSuchProposal', 'WrongPhase', 'GuardianRequired', 'NoVeto', 'VetoWindowOver', 'OwnCase', 'GroundNotListed', 'VetoedAlready')
  veto(@Command(VetoProposal) command: VetoProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }
}
