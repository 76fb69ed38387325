// Refusals that the runtime itself gives, whatever the command is. `details.retryAfter` is in seconds.
import { defineRejections } from '../kernel/index.ts';

export const runtimeRejections = defineRejections({
  IdempotencyKeyReused: [
    422,
    'this Idempotency-Key was used for another command or body',
    'A key belongs to one command: a resend under it has the same body and gets the same answer.',
  ],
  NothingToDo: [
    409,
    'as things stand, the command changes nothing',
    'An accepted command leaves an event in the log; what would leave none is refused, since it could not be remembered.',
  ],
  StreamChanged: [
    412,
    'something has happened here since the position given in If-Match',
    'A command with If-Match is decided only if its stream has no event after that position.',
  ],
  CommandTooLarge: [413, 'the command makes more events than one append holds', 'The events of one command have at most 900 KiB.'],
  TooMuchContention: [
    503,
    'others changed the same thing again and again while this was decided',
    'A command is decided again when what it rests on has changed, a bounded number of times. Nothing was done; it may be sent again.',
  ],
  LogUnavailable: [
    503,
    'the log cannot be written now',
    'What is not durable is not acknowledged. Nothing was done; the same request may be sent again.',
  ],
  OutcomeUnknown: [
    503,
    'the log did not say whether it took the command',
    'Sent again under the same Idempotency-Key, the command is answered from the log and never done twice.',
  ],
  ClockUntrusted: [
    503,
    'the clock has jumped',
    'While wall clock and monotonic clock part by more than two seconds, nothing is decided and no deadline fires.',
  ],
  PositionBeyondHead: [
    422,
    'the position lies beyond the log\'s head',
    'Only what is in the log can be read; a read waits a bounded time for what is about to be.',
  ],
  ViewLagging: [503, 'the view has not got there yet', 'A read waits a bounded time for its view; the view goes on by itself.'],
  ShuttingDown: [503, 'the service is stopping', 'A stopping service finishes what it accepted and takes nothing new.'],
});
