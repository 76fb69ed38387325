// A small domain behind the real edge, to test the edge with: a board of notes that the hamlet's people pin.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min, ValidateNested } from 'class-validator';
import { personEvents, membershipEvents, type PersonEvent, type MembershipEvent, type Viewer } from '../../src/community/index.ts';
import { accept, decider, defineRejections, describeEvents, EventCatalogue, instantOf, personIdOf, refuse, SimulatedClock, systemClock, type Act, type Clock, type Event } from '../../src/kernel/index.ts';
import { CommandExecutor, handles, openSecretsDirectory, type Blobs as BlobsPort, type Views as ViewsPort } from '../../src/runtime/index.ts';
import {
  Acting, Answers, answer, Command, Commands, Describes, domainRoom, FileContent, ForLinkedPersons, ForRoles, Listing, LogReader, Paging, PathId, Public, Reading, Rejects,
  roomsOf, TakesFile, Viewing, type Acknowledgement,
} from '../../src/http/index.ts';
import {
  ApiDocument, EvidenceLimit, Feed, FeedReaders, HttpModule, Metrics, openEdge, openJournal, RateLimit, SigningIssuer, Standing, TokenVerifier, type Edge, type Journal,
} from '../../src/http/opening/index.ts';
import '../../src/runtime/views/index.ts';
import { inquireIn } from '../support/inquire.ts';
import { MemoryLog } from '../support/memory-log.ts';

type NoteEvent = Event<'NotePinned', { note: string; text: string; by: string }> | Event<'NoteHidden', { note: string; by: string }> | Event<'BoardCleared', { by: string }>;

const noteEvents = describeEvents<NoteEvent>({
  NotePinned: { wire: 'hamlet.note-pinned.v1', visibility: 'public' },
  NoteHidden: { wire: 'hamlet.note-hidden.v1', visibility: 'community' },
  BoardCleared: { wire: 'hamlet.board-cleared.v1', visibility: 'community' },
});

const rejections = defineRejections({
  HamletNoteHidden: [409, 'the note is hidden', 'A hidden note stays hidden.'],
  HamletRudeNote: [422, 'the note is rude', 'Notes are kind.'],
});

class Frame {
  @IsInt()
  @Min(1)
  @Max(10)
  readonly width!: number;
}

export class PinNote {
  @IsString()
  @Length(1, 2_000)
  readonly text!: string;

  @IsOptional()
  @ValidateNested()
  @Type(() => Frame)
  readonly frame?: Frame;
}

export class HideNote {
  @Matches(/^[0-9a-f-]{36}$/)
  readonly note!: string;

  @IsOptional()
  @IsIn(['old', 'wrong'])
  readonly because?: string;
}

const note = decider<NoteEvent, { hidden: boolean; exists: boolean }>()({
  name: 'hamlet-note',
  initial: { hidden: false, exists: false },
  decide: {
    PinNote: ({ text }: PinNote, _: { hidden: boolean }, { newId, actor }: Act) => {
      if (text === 'break') throw new Error('a bug');
      return text === 'rude' ? refuse(rejections.HamletRudeNote({ text })) : accept<NoteEvent>({ type: 'NotePinned', data: { note: newId(), text, by: actor } });
    },
    ClearBoard: (_: ClearBoard, __: { hidden: boolean }, { actor }: Act) => accept<NoteEvent>({ type: 'BoardCleared', data: { by: actor } }),
    HideNote: ({ note: id }: HideNote, { hidden }: { hidden: boolean }, { actor }: Act) =>
      hidden ? refuse(rejections.HamletNoteHidden()) : accept<NoteEvent>({ type: 'NoteHidden', data: { note: id, by: actor } }),
  },
  evolve: (state, event) => ({ exists: true, hidden: state.hidden || event.type === 'NoteHidden' }),
});

/** A command without properties. */
export class ClearBoard {}

class NoteFilter extends Paging {
  @IsOptional()
  @IsString()
  @Length(1, 40)
  readonly by?: string;
}

const NOTE = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };

@Controller('notes')
class NoteController {
  constructor(
    private readonly commands: Commands,
    private readonly log: LogReader,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Pin a note')
  @Rejects('HamletRudeNote')
  pin(@Command(PinNote) command: PinNote, @Acting() acting: Acting): Promise<Acknowledgement> {
    return this.commands.run(command, acting);
  }

  @Post(':note/hide')
  @ForLinkedPersons()
  @Describes('Hide a note')
  @Rejects('HamletNoteHidden')
  hide(@Command(HideNote) command: HideNote, @Acting() acting: Acting): Promise<Acknowledgement> {
    return this.commands.run(command, acting);
  }

  @Post('clear')
  @ForLinkedPersons()
  @Describes('Clear the board')
  clear(@Command(ClearBoard) command: ClearBoard, @Acting() acting: Acting): Promise<Acknowledgement> {
    return this.commands.run(command, acting);
  }

  @Get()
  @Public()
  @Describes('Notes')
  @Answers(NOTE, 'page')
  list(@Reading() { asOf }: Reading, @Listing(NoteFilter) filter: NoteFilter, @Viewing() viewer: Viewer) {
    return answer(asOf ?? this.log.head().position, { rows: [], filter, viewer });
  }

  @Get(':note')
  @ForLinkedPersons()
  @Describes('A note')
  @Answers(NOTE)
  one(@PathId('note') id: string, @Reading() { asOf }: Reading) {
    return answer(asOf ?? this.log.head().position, { id });
  }

  @Post('pictures')
  @ForRoles('keeper')
  @TakesFile()
  @Describes('Hang a picture')
  @Answers({ type: 'object' })
  async picture(@FileContent() { mediaType, content }: FileContent) {
    let size = 0;
    for await (const chunk of content) size += (chunk as Buffer).length;
    return { mediaType, size };
  }

  @Get('forgotten/route')
  @Describes('A route that grants nothing')
  forgotten() {
    return 'nobody sees this';
  }
}

const handling = handles(note, [PinNote, HideNote, ClearBoard], {
  stream: (command, act) => `note-${'note' in command ? command.note : 'text' in command ? act.newId() : 'board'}`,
});

@Module(domainRoom({ controllers: [NoteController], handlings: [handling], views: [] }))
class NotesModule {}

@Module({})
class HamletModule {}

export const catalogue = new EventCatalogue([noteEvents, personEvents, membershipEvents]);

const noViews: ViewsPort = { read: () => Promise.reject(new Error('the hamlet has no views')) };
const noInquiries = { answer: () => Promise.reject(new Error('the hamlet answers no inquiries')) };
const noBlobs: BlobsPort = { put: () => Promise.reject(new Error('the hamlet keeps no files')), get: () => Promise.resolve(undefined) };

export interface Hamlet {
  readonly url: string;
  readonly log: MemoryLog;
  readonly clock: Clock;
  readonly issuer: SigningIssuer;
  readonly feed: Feed;
  readonly edge: Edge;
  /** A linked person by name, with a token. */
  person(name: string, roles?: readonly string[]): Promise<{ id: string; token: string }>;
  /** Appends as the system would. */
  append(stream: string, ...events: (NoteEvent | PersonEvent | MembershipEvent)[]): Promise<number>;
  close(): Promise<void>;
}

export interface HamletOptions {
  readonly clock?: Clock;
  readonly rateLimit?: number;
  readonly journal?: Journal;
  readonly tokens?: (clock: Clock) => TokenVerifier;
}

export const AUDIENCE = 'urn:biolithic:hamlet';

export async function openHamlet({ clock = systemClock, rateLimit = 0, tokens, journal = openJournal(process.env['BIOLITHIC_TEST_LOG'] ?? 'silent') }: HamletOptions = {}): Promise<Hamlet> {
  const directory = mkdtempSync(join(tmpdir(), 'biolithic-hamlet-'));
  const log = new MemoryLog({ clock });
  const secrets = openSecretsDirectory(directory, { create: true, clock });
  const metrics = new Metrics();
  const issuer = new SigningIssuer(secrets, 'hamlet', AUDIENCE);
  const standing = new Standing(log, catalogue, clock);
  const feed = new Feed(log, catalogue, (error) => { throw error; });
  const readers = new FeedReaders();
  const handlings = roomsOf([NotesModule]).flatMap((room) => room.handlings);
  const executor = new CommandExecutor({ log, catalogue, handlings, views: noViews, secrets, inquire: inquireIn(log, catalogue), clock, observer: metrics });
  let edge: Edge | undefined;
  const http = HttpModule.of({
    log, clock, executor, views: noViews, inquiries: noInquiries, obligations: { settled: () => Promise.resolve([]) }, secrets, blobs: noBlobs, standing, feed, readers, metrics, localIssuer: issuer,
    tokens: tokens?.(clock) ?? TokenVerifier.local(issuer, AUDIENCE, clock),
    readiness: { report: () => ({ ready: true, checks: { log: { ok: true }, views: { ok: true }, obligations: { ok: true }, clock: { ok: true }, accepting: { ok: true } } }) },
    document: new ApiDocument(() => (edge as Edge).app),
    limit: new RateLimit(rateLimit),
    evidenceLimit: new EvidenceLimit(1024),
  });
  edge = await openEdge(
    { module: HamletModule, imports: [http, NotesModule] },
    { bodyLimit: 64 * 1024, trustProxy: undefined, journal, timeline: { positionAt: (time) => log.positionAt(time), now: () => clock.now() }, onProblem: (name) => metrics.refused(name) },
  );
  const url = await edge.listen('127.0.0.1', 0);
  const append: Hamlet['append'] = async (stream, ...events) => {
    const { lastPosition } = await log.append({
      stream, expected: log.streamHead(stream)?.revision ?? 'none', events: events.map((event) => catalogue.encode(event)), guards: [],
      commandId: crypto.randomUUID(), attempt: 0, metadata: { actor: 'system' },
    });
    return lastPosition;
  };
  return {
    url, log, clock, issuer, feed, edge, append,
    async person(name, roles) {
      const id = personIdOf('hamlet', name);
      await append(`person-${id}`, { type: 'PersonLinked', data: { person: id, purpose: 'member', name: secrets.seal(id, name), again: false } });
      if (roles) await append(`member-${id}`, { type: 'MemberAdmitted', data: { person: id, roles: roles as never, as: 'founder' } });
      const { token } = await issuer.mint(id, crypto.randomUUID(), instantOf(clock.now() + 3_600_000));
      return { id, token };
    },
    async close() {
      readers.close();
      feed.close();
      await edge.close();
      await executor.close();
      await log.shutdown();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export const simulated = (): SimulatedClock => new SimulatedClock('2147-01-01T00:00:00.000Z');
