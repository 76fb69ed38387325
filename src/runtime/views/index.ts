// Views: kept up live, rebuilt beside themselves, read as of any position, and compared with a rebuild.
export type { BuildProgress } from './build.ts';
export type { BuiltView, FailedBuild } from './build-thread.ts';
export { cursorRejections } from './cursor.ts';
export { LiveViews, openViews, type OwedAt, type ViewsParts } from './live-views.ts';
export { OBLIGATIONS, obligationsView, openObligations, type ObligationsTables, type ObligationsView } from './obligations-view.ts';
export { rebuildViews, viewFilesStatus, type OfflineParts, type OfflineStatus } from './offline.ts';
export { viewsOf, type Registry } from './registry.ts';
export type { ViewStatus } from './serving.ts';
export { verifyViews, type VerifiedView } from './verify.ts';
export { RebuildFailed } from './upkeep.ts';
export { ViewsLocked } from './view-directory.ts';
export { isSqliteError } from './view-writer.ts';
