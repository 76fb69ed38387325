// Event types and views of what is said and done about a proposal's text before its freeze.
import { commentEvents } from './comment.ts';
import { commentsView } from './comments.view.ts';
import { sponsorEvents } from './sponsoring.ts';
import { sponsorsView } from './sponsors.view.ts';
import { textsView } from './texts.view.ts';

export const deliberationEvents = [sponsorEvents, commentEvents] as const;

export const deliberationViews = [textsView, sponsorsView, commentsView] as const;
