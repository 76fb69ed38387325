// Routes of defence: evidence, reports of sabotage, refused requests and denied offers.
import { Controller, Get, Header, Post, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { IsIn, IsInt, IsString, IsUUID, Matches, Min } from 'class-validator';
import type { Viewer } from '../community/index.ts';
import {
  Acting,
  Answers,
  Blobs,
  Command,
  Commands,
  Describes,
  EvidenceLimit,
  FileContent,
  ForLinkedPersons,
  Listing,
  LogReader,
  Paging,
  PathId,
  Reading,
  Rejects,
  Secrets,
  TakesFile,
  Viewing,
  Views,
  answer,
  notFound,
  rowOf,
} from '../http/index.ts';
import { Rejection, UNITS } from '../kernel/index.ts';
import type { DecidingClause } from './attempt.ts';
import { CALLED, deniedOffers, evidenceOnFile, refusedRequest, refusedRequests, sabotageReport, sabotageReports } from './defence-log.queries.ts';
import { defenceLog } from './defence-log.view.ts';
import { FileEvidence } from './evidence.commands.ts';
import { receiveEvidence } from './evidence-upload.ts';
import { evidenceRejections, evidenceStream, type EvidenceEvent } from './evidence.ts';
import { CorroborateSabotage, ReportSabotage } from './sabotage.commands.ts';
import { SABOTAGE_STATES, type SabotageState } from './sabotage.ts';
import { Optional } from '../validation/index.ts';

type Schema = Record<string, unknown>;

const { tables: shapes } = defenceLog;
const list = (items: object): Schema => ({ type: 'array', items });
const pageOf = (row: Schema): Schema => ({ type: 'object', properties: { rows: list(row), next: { type: 'string' } }, required: ['rows'] });
const id = { format: 'uuid' };
const text = { type: 'string' };
const decided: Readonly<Record<keyof DecidingClause, Schema>> = { protocol: text, clause: text, words: text };
const REFUSED = {
  key: { ...id, description: 'AttemptId.' },
  unit: { enum: UNITS },
  passes: { enum: ['custody', 'ownership-and-custody'] },
  clauses: { ...list({ type: 'object', properties: decided, required: Object.keys(decided) }), description: 'Every clause that denied it.' },
};
const REPORT = { key: { ...id, description: 'SabotageId.' }, state: { enum: SABOTAGE_STATES }, evidence: { ...list(text), description: 'Hashes of files.' } };
const OPENED = { statement: { type: ['string', 'null'], description: 'In the clear; null where there is none or its key was destroyed.' } };
const refusedRow = rowOf(
  shapes.attempt,
  { ...REFUSED, kind: { enum: ['automatic'] }, act: { enum: ['request', 'acceptance'] } },
  { called: { const: CALLED, description: 'What it is called until it is upheld.' } },
);
const deniedRow = rowOf(shapes.deniedOffer, REFUSED);
const reportRow = rowOf(shapes.sabotage, REPORT, OPENED);
const reportPage = rowOf(shapes.sabotage, REPORT, { ...OPENED, corroborators: pageOf(rowOf(shapes.corroboration, {}, OPENED)) });

/** Where a file is on record. */
class FiledEvidence {
  /** SHA-256 of the bytes: what reports name it by. */
  @Matches(/^[0-9a-f]{64}$/)
  readonly hash!: string;

  /** Bytes. */
  @IsInt()
  @Min(1)
  readonly size!: number;

  /** As it was filed first. */
  @IsString()
  readonly mediaType!: string;

  /** Position of the filing. */
  @IsInt()
  @Min(1)
  readonly position!: number;
}

class AttemptListing extends Paging {
  /** PartyId whose requests and acceptances were refused. */
  @Optional()
  @IsUUID()
  readonly party?: string;

  @Optional()
  @IsUUID()
  readonly lot?: string;
}

class SabotageListing extends Paging {
  /** PartyId of the facility. */
  @Optional()
  @IsUUID()
  readonly facility?: string;

  @Optional()
  @IsIn(SABOTAGE_STATES)
  readonly state?: SabotageState;
}

@Controller('evidence')
export class EvidenceController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly log: LogReader,
    private readonly blobs: Blobs,
    private readonly limit: EvidenceLimit,
  ) {}

  @Post()
  @ForLinkedPersons()
  @TakesFile()
  @Describes('File evidence', 'The body is the file. By members. A file that is on record already, whoever filed it, is answered with its first filing.')
  @Answers(FiledEvidence)
  @Rejects('MayNotFileEvidence', 'MediaTypeNotTaken', 'EvidenceEmpty', 'EvidenceIncomplete', 'EvidenceStoreUnavailable')
  async file(@FileContent() file: FileContent, @Acting() acting: Acting, @Viewing() viewer: Viewer): Promise<FiledEvidence> {
    // Before a byte is stored; the decision judges again.
    if (!viewer.member) throw evidenceRejections.MayNotFileEvidence();
    const { hash, size } = await receiveEvidence(this.blobs, file, this.limit.bytes);
    const command: FileEvidence = Object.assign(new FileEvidence(), { hash, size, mediaType: file.mediaType });
    try {
      const filed = await this.commands.run(command, acting);
      const { mediaType } = filed.dataOf<EvidenceEvent>('EvidenceFiled');
      return { hash, size, mediaType, position: filed.position };
    } catch (error) {
      if (error instanceof Rejection && error.name === 'EvidenceAlreadyFiled') return this.firstFiling(hash);
      throw error;
    }
  }

  @Get(':hash')
  @ForLinkedPersons()
  @Describes('An evidence file, by the hash of its content')
  @Answers({ type: 'string', format: 'binary' }, 'one', { mediaType: '*/*' })
  @Rejects('EvidenceStoreUnavailable')
  @Header('cache-control', 'private, no-cache')
  @Header('vary', 'authorization')
  async content(
    @PathId('hash') hash: string,
    @Reading() at: Reading,
    @Viewing() viewer: Viewer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { position, tables } = await this.views.read(defenceLog, at);
    const { mediaType } = evidenceOnFile(tables, viewer, hash) ?? notFound('evidence', hash);
    const stored = await this.blobs.get(hash);
    if (!stored) throw evidenceRejections.EvidenceStoreUnavailable({ retryAfter: 60 });
    void reply.header('biolithic-position', String(position));
    // As a download: what somebody filed is never shown as a page of this service.
    return new StreamableFile(stored.content, { type: mediaType, length: stored.size, disposition: `attachment; filename="${hash}"` });
  }

  /** Read from the log, so that it is there even while views lag. */
  private firstFiling(hash: string): FiledEvidence {
    const filed = this.log.readStream(evidenceStream(hash)).find((event) => !event.void);
    if (!filed) throw new Error(`evidence ${hash} is filed and has no filing`);
    const { size, mediaType } = filed.data as EvidenceEvent['data'];
    return { hash, size, mediaType, position: filed.position };
  }
}

@Controller('sabotage')
export class SabotageController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly secrets: Secrets,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Report sabotage of a facility', 'By members. Evidence is filed first and named by its hashes; the statement is kept encrypted.')
  @Rejects('MayNotReport', 'NotAFacility', 'EvidenceNotFiled', 'NotYetHappened')
  report(@Command(ReportSabotage) command: ReportSabotage, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':sabotage/corroborations')
  @ForLinkedPersons()
  @Describes('Corroborate a report', 'By members other than the reporter, each once; enough of them confirm it.')
  @Rejects('MayNotReport', 'NoSuchReport', 'OwnReport', 'CorroboratedAlready', 'SabotageConfirmedAlready')
  corroborate(@Command(CorroborateSabotage) command: CorroborateSabotage, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @ForLinkedPersons()
  @Describes('Reports of sabotage, newest first', 'For members, and for who represents the facility.')
  @Answers(reportRow, 'page')
  async list(@Reading() at: Reading, @Listing(SabotageListing) { cursor, ...filter }: SabotageListing, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(defenceLog, at);
    return answer(position, sabotageReports(tables, viewer, this.secrets, { ...filter, after: cursor }));
  }

  @Get(':sabotage')
  @ForLinkedPersons()
  @Describes('One report, with a page of who corroborates it')
  @Answers(reportPage)
  async one(@PathId('sabotage') sabotage: string, @Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(defenceLog, at);
    return answer(position, sabotageReport(tables, viewer, this.secrets, sabotage, { after: cursor, limit }) ?? notFound('sabotage', sabotage));
  }
}

@Controller('refused-requests')
export class RefusedRequestController {
  constructor(private readonly views: Views) {}

  @Get()
  @ForLinkedPersons()
  @Describes('Refused requests, newest first', 'A party’s own requests and acceptances that a protocol denied. Members see all; a party sees its own.')
  @Answers(refusedRow, 'page')
  async list(@Reading() at: Reading, @Listing(AttemptListing) { cursor, ...filter }: AttemptListing, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(defenceLog, at);
    return answer(position, refusedRequests(tables, viewer, { ...filter, after: cursor }));
  }

  @Get(':attempt')
  @ForLinkedPersons()
  @Describes('One refused request, with the clauses that decided')
  @Answers(refusedRow)
  async one(@PathId('attempt') attempt: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(defenceLog, at);
    return answer(position, refusedRequest(tables, viewer, attempt) ?? notFound('refused request', attempt));
  }
}

@Controller('denied-offers')
export class DeniedOfferController {
  constructor(private readonly views: Views) {}

  @Get()
  @ForLinkedPersons()
  @Describes('Offers that a protocol denied, newest first', 'The community’s own matter: whom an offer was meant for has attempted nothing. For members.')
  @Answers(deniedRow, 'page')
  async list(@Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(defenceLog, at);
    return answer(position, deniedOffers(tables, viewer, { after: cursor, limit }));
  }
}

@Controller('defence-log')
export class DefenceLogController {
  constructor(
    private readonly views: Views,
    private readonly secrets: Secrets,
  ) {}

  @Get()
  @ForLinkedPersons()
  @Describes('The defence log at a glance', 'The newest of each kind; their own routes have the rest.')
  @Answers({
    type: 'object',
    properties: { refusedRequests: pageOf(refusedRow), deniedOffers: pageOf(deniedRow), sabotage: pageOf(reportRow) },
    required: ['refusedRequests', 'deniedOffers', 'sabotage'],
  })
  async glance(@Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(defenceLog, at);
    return answer(position, {
      refusedRequests: refusedRequests(tables, viewer),
      deniedOffers: deniedOffers(tables, viewer),
      sabotage: sabotageReports(tables, viewer, this.secrets),
    });
  }
}
