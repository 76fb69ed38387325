// Metrics for Prometheus. Labels are names of the program, never of people.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ExecutionOutcome, ExecutorObserver } from '../runtime/index.ts';

/** What is measured when somebody asks, not when it happens. */
export interface Gauges {
  /** Position of the log's head. */
  logPosition(): number;
  /** How far the local copy is behind the log, seconds. */
  logLagSeconds(): number;
  /** By view: positions that it has yet to apply. */
  viewLag(): Readonly<Record<string, number>>;
  cachedBytes(): number;
  feedReaders(): number;
  /** By process: obligations that are due and not discharged. */
  overdueObligations(): Readonly<Record<string, number>>;
  ready(): boolean;
}

const LATENCIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const GROUP_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export class Metrics implements ExecutorObserver {
  readonly registry = new Registry();
  private readonly commands: Histogram;
  /** Looking labels up costs more than observing. */
  private readonly commandsBy = new Map<string, { observe(value: number): void }>();
  private readonly appends: Histogram;
  private readonly groups: Histogram;
  private readonly conflicts: Counter;
  private readonly voids: Counter;
  private readonly rejections: Counter;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'biolithic_' });
    this.commands = new Histogram({ name: 'biolithic_command_seconds', help: 'Time from submission to answer, by command and outcome.', labelNames: ['command', 'outcome'], buckets: LATENCIES, registers });
    this.appends = new Histogram({ name: 'biolithic_append_seconds', help: 'Time until an append was durable and numbered.', buckets: LATENCIES, registers });
    this.groups = new Histogram({ name: 'biolithic_commit_group_size', help: 'Appends per commit.', buckets: GROUP_SIZES, registers });
    this.conflicts = new Counter({ name: 'biolithic_conflicts_total', help: 'Decisions made again because the stream or a guard had moved.', labelNames: ['kind'], registers });
    this.voids = new Counter({ name: 'biolithic_voids_total', help: 'Appends that got their number but were void.', registers });
    this.rejections = new Counter({ name: 'biolithic_rejections_total', help: 'Refusals sent, by name.', labelNames: ['name'], registers });
  }

  executed(command: string, outcome: ExecutionOutcome, ms: number): void {
    const labels = `${command} ${outcome}`;
    let histogram = this.commandsBy.get(labels);
    if (!histogram) this.commandsBy.set(labels, (histogram = this.commands.labels(command, outcome)));
    histogram.observe(ms / 1000);
  }

  appended(ms: number): void {
    this.appends.observe(ms / 1000);
  }

  /** A commit of so many appends. */
  committed(appends: number): void {
    this.groups.observe(appends);
  }

  conflicted(kind: 'stream' | 'guard'): void {
    this.conflicts.labels(kind).inc();
  }

  voided(): void {
    this.voids.inc();
  }

  /** A problem was sent. Refusals of obligations' commands are not: nobody asked. */
  refused(name: string): void {
    this.rejections.labels(name).inc();
  }

  /** Adds what is read on demand. */
  observe(gauges: Gauges): void {
    this.gauge('biolithic_log_position', 'Position of the log\'s head.', () => gauges.logPosition());
    this.gauge('biolithic_log_lag_seconds', 'How far the local copy is behind the log.', () => gauges.logLagSeconds());
    this.gaugeBy('view', 'biolithic_view_lag_events', 'Events that a view has yet to apply.', () => gauges.viewLag());
    this.gauge('biolithic_cached_bytes', 'Estimated bytes of the cached folds.', () => gauges.cachedBytes());
    this.gauge('biolithic_feed_readers', 'Readers of the live feed.', () => gauges.feedReaders());
    this.gaugeBy('process', 'biolithic_overdue_obligations', 'Obligations that are due and not discharged.', () => gauges.overdueObligations());
    this.gauge('biolithic_ready', '1 when ready.', () => (gauges.ready() ? 1 : 0));
  }

  private gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.registry], collect: () => gauge.set(read()) });
  }

  private gaugeBy(label: string, name: string, help: string, read: () => Readonly<Record<string, number>>): void {
    const gauge: Gauge<string> = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect: () => {
        gauge.reset();
        for (const [of, value] of Object.entries(read())) gauge.labels(of).set(value);
      },
    });
  }
}
