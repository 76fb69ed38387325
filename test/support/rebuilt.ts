// Views as they lie in a data directory, compared row by row with what the product's own registry makes of the log beside them.
import { logFileIn } from '../../src/event-log/index.ts';
import * as registry from '../../src/registry.ts';
import { verifyViews, type VerifiedView } from '../../src/runtime/index.ts';

/** Every view with the rows compared, and its first difference from a rebuild, if there is one. Also beside a running service. */
export const comparedWithRebuild = (data: string): Promise<readonly VerifiedView[]> =>
  verifyViews({
    logFile: logFileIn(data),
    directory: data,
    registry: registry as Parameters<typeof verifyViews>[0]['registry'],
    registryUrl: new URL('../../src/registry.ts', import.meta.url).href,
  });

/** What is wrong with the views; empty when all equal a rebuild. */
export const differingViews = async (data: string): Promise<string[]> =>
  (await comparedWithRebuild(data)).flatMap(({ view, problem }) => (problem === undefined ? [] : [`${view}: ${problem}`]));
