// What the composition needs to open the edge: for service.ts and the command line, not for controllers.
export { ApiDocument } from '../api-document.ts';
export { ClockDial } from '../clock.controller.ts';
export { openEdge, type Edge } from '../edge.ts';
export { Feed } from '../feed.ts';
export { FeedReaders } from '../feed-readers.ts';
export { HttpModule, type EdgeParts } from '../http.module.ts';
export { openJournal, type Journal } from '../journal.ts';
export { NoLocalIssuer, SigningIssuer } from '../local-issuer.ts';
export { Metrics } from '../metrics.ts';
export { EvidenceLimit } from '../ports.ts';
export { RateLimit } from '../rate-limit.ts';
export { Readiness, type ReadinessCheck, type ReadinessReport } from '../readiness.ts';
export { Standing } from '../standing.ts';
export { TokenVerifier } from '../tokens.ts';
