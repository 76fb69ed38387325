// The event log: port, errors, and the way to open, read, check, back up and restore one.
export * from './errors.ts';
export * from './event-log.ts';
export { followSurely, type Following } from './follow-surely.ts';
export { LOG_OPENED_STREAM, LOG_OPENED_TYPE, type LogOpened } from './log-opened.ts';
export { backupLog, restoreLog, TargetExists } from './sqlite/backup.ts';
export { logFileIn } from './sqlite/log-file.ts';
export { openChecked as openLogReader } from './sqlite/file-check.ts';
export { openSqliteLog, type SqliteEventLog, type SqliteLogOptions } from './sqlite/sqlite-event-log.ts';
export { verifyLog, type Verification, type VerificationProgress } from './sqlite/verify.ts';
