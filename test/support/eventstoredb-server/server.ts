// A server that speaks EventStoreDB's gRPC protocol and behaves as the recorded facts say, for tests and benches.
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { noFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import type { ServerVersion, Subscription } from './reads.ts';
import { servicesOf } from './services.ts';
import type { Counts, Host } from './services.ts';
import { Store } from './store.ts';
import { callError, consumerTooSlow, notReady } from './wire.ts';
import type { CallError } from './wire.ts';

export interface TestServerOptions {
  /** Which server's quirks; default 23.10. */
  readonly version?: ServerVersion;
  /** Where records outlive the process. */
  readonly file?: string;
  /** Default: any free one, kept over restarts. */
  readonly port?: number;
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Calls without these are refused. */
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly faults?: Partial<Faults>;
}

/** RESOURCE_EXHAUSTED beyond this, as the real server. */
const LARGEST_MESSAGE = 16 * 1024 * 1024;
const UNAUTHENTICATED = 16;

export class TestServer implements Host {
  readonly store: Store;
  readonly version: ServerVersion;
  readonly faults: Faults;
  readonly subscriptions = new Set<Subscription>();
  readonly counts: Counts = { append: 0, batchAppend: 0, read: 0, subscribe: 0 };
  port: number;
  private readonly options: TestServerOptions;
  private readonly sockets = new Set<Socket>();
  private listening: NetServer | undefined;
  private grpc: GrpcServer | undefined;

  private constructor(options: TestServerOptions) {
    this.options = options;
    this.store = new Store(options.file);
    this.version = options.version ?? '23.10';
    this.faults = { ...noFaults(), ...options.faults };
    this.port = options.port ?? 0;
  }

  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const server = new TestServer(options);
    await server.comeBack();
    return server;
  }

  get connectionString(): string {
    const { tls, credentials } = this.options;
    const user = credentials ? `${credentials.username}:${encodeURIComponent(credentials.password)}@` : '';
    return `esdb://${user}127.0.0.1:${this.port}?tls=${tls ? 'true' : 'false'}`;
  }

  fault(changes: Partial<Faults>): void {
    Object.assign(this.faults, changes);
  }

  dropConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** All subscriptions end as for a consumer too slow. */
  dropSubscriptions(): void {
    for (const subscription of this.subscriptions) subscription.drop(consumerTooSlow());
  }

  /** Stops answering: port closed, connections cut. What was stored stays. */
  async goAway(): Promise<void> {
    const listening = this.listening;
    if (!listening) return;
    this.listening = undefined;
    const closed = once(listening, 'close');
    listening.close();
    this.dropConnections();
    this.grpc?.forceShutdown();
    await closed;
  }

  /** Answers again, on the same port. */
  async comeBack(): Promise<void> {
    const { tls } = this.options;
    const grpc = new GrpcServer({ 'grpc.max_receive_message_length': LARGEST_MESSAGE });
    for (const [definition, implementation] of servicesOf(this)) grpc.addService(definition, implementation);
    const secured = tls
      ? ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) }])
      : ServerCredentials.createInsecure();
    const injector = grpc.createConnectionInjector(secured);
    const listening = createServer({ noDelay: true }, (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => {});
      injector.injectConnection(socket);
    });
    listening.listen(this.port, '127.0.0.1');
    await once(listening, 'listening');
    this.port = (listening.address() as AddressInfo).port;
    this.grpc = grpc;
    this.listening = listening;
  }

  async stop(): Promise<void> {
    await this.goAway();
    this.store.close();
  }

  dropPeer(peer: string): void {
    const port = Number(peer.slice(peer.lastIndexOf(':') + 1));
    for (const socket of this.sockets) if (socket.remotePort === port) socket.destroy();
  }

  refuse(call: { readonly metadata: { get(key: string): unknown[] } }): CallError | undefined {
    if (this.faults.notReady) return notReady();
    const { credentials } = this.options;
    if (!credentials) return undefined;
    const wanted = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    return call.metadata.get('authorization')[0] === wanted ? undefined : callError(UNAUTHENTICATED, 'Unauthenticated');
  }
}
