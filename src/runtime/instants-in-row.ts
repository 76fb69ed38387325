// Instants as text, made once for as long as the time is the same.
import { instantOf, type Instant } from '../kernel/index.ts';

/** Many commands come in one millisecond: it is written down once. */
export function instantsInRow(): (ms: number) => Instant {
  let last = NaN;
  let text = '';
  return (ms) => {
    if (ms !== last) {
      last = ms;
      text = instantOf(ms);
    }
    return text;
  };
}
