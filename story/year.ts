// A year of the community of 2147, as lines of a play file.
import { carnival, sabotage, summit, yearsEnd } from './autumn.ts';
import { filterHall } from './choices.ts';
import { Script } from './script.ts';
import { firstRefusals, sovereigntyVote, summer } from './spring.ts';
import { founding, intake, members, openTrade, places } from './winter.ts';

export function year(): string {
  const s = new Script('2147-01-01T00:00:00Z', { timed: true, seed: 2147 });
  s.comment('A year of the community of 2147. Made by story/write.ts; play it with: npm run story');
  founding(s);
  members(s);
  places(s);
  intake(s);
  openTrade(s);
  sovereigntyVote(s);
  firstRefusals(s);
  summer(s);
  filterHall(s);
  sabotage(s);
  summit(s);
  carnival(s);
  yearsEnd(s);
  return s.text();
}
