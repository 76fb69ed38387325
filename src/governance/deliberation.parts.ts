// Event types and views of what is said and done about a proposal's text before its freeze.
import { amendmentEvents } from './amendment.ts';
import { amendmentsView } from './amendments.view.ts';
import { commentEvents } from './comment.ts';
import { commentsView } from './comments.view.ts';
import { sponsorEvents } from './sponsoring.ts';
import { sponsorsView } from './sponsors.view.ts';
import { textsView } from './texts.view.ts';

export const deliberationEvents = [sponsorEvents, commentEvents, amendmentEvents] as const;

export const deliberationViews = [textsView, sponsorsView, commentsView, amendmentsView] as const;
