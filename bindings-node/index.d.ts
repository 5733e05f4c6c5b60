import type { InstanceSpec, Lifecycle, OperationRecord, SampleSpec } from "./lifecycle.js";

export * from "./analyze.js";
export * from "./lifecycle.js";
export * from "./local.js";

/** The version of the package. */
export const version: string;

/** What went wrong, as something to branch on: the same in every language. */
export type ErrorCode =
  | "busy"
  | "cancelled"
  | "check_failed"
  | "conflict"
  | "internal"
  | "invalid_input"
  | "io"
  | "limit_exceeded"
  | "not_found"
  | "port_in_use"
  | "process_died"
  | "program_missing"
  | "protocol"
  | "refused"
  | "syntax"
  | "timeout"
  | "tls"
  | "unreachable"
  | "unsupported"
  | "version_unsupported";

/** An error as data, by the schema `error`. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  place?: string;
  expected?: string;
  found?: string;
  context?: [string, string][];
}

/** Something went wrong. Its `name` is `AbortError` when an `AbortSignal` was the reason. */
export class MesheryError<Partial = unknown> extends Error {
  private constructor();
  /** The kind, for example `invalid_input`. */
  readonly code: ErrorCode;
  /** Where: a field (`arms[1].mesh`), a file position or an address. */
  readonly place?: string;
  /** What would have been right. */
  readonly expected?: string;
  /** What was there instead. */
  readonly found?: string;
  /** Further facts by name: a path, the end of a log, a command that helps. */
  readonly context: Record<string, string>;
  /** What a call that was stopped had found until then; nothing before the first run. */
  readonly partial?: Partial;
}

/** A duration with its unit: `"1.5s"`, `"250ms"`, `"1m30s"`. */
export type Duration = string;

/** A rate with its unit: `"2000/s"`, `"120/min"`. */
export type Rate = string;

/** When requests are sent: as soon as the last one is answered, or by a schedule whatever the answers do. */
export type Pace =
  | "closed"
  | { constant: Rate }
  | { jittered: { rate: Rate; jitter: number } }
  | { poisson: Rate }
  | { poisson_exact: Rate }
  | { ramp: { from: Rate; to: Rate; over: Duration } }
  | { replay: { at_ns: number[] } }
  | { steps: { rate: Rate; lasts: Duration }[] };

/** When the measured part of a load ends. */
export type Stop =
  | { duration: Duration }
  | { count: number }
  | { precision: { percentile: number; within: number; at_most: Duration } };

/** What a text is like. */
export type Text = { equals: string } | { contains: string } | { matches: string };

/** What an answer must be like. */
export type ResponseCheck =
  | { status: number[] }
  | { header: { name: string; value?: Text } }
  | { body: Text }
  | { json: { pointer: string; equals?: unknown } }
  | { size: { at_least?: number; at_most?: number } }
  | { latency: Duration };

/** A condition in k6's grammar, such as `p(99)<250`; as an object, whether it stops the load. */
export type Threshold = string | { threshold: string; abort?: boolean; after?: Duration };

/** Thresholds by what they are about: `response`, `service`, `failed`, … or k6's own names. */
export type Thresholds = Record<string, Threshold[]>;

/** PEM text, or the file that holds it. */
export type Pem = { file: string } | { text: string };

/** How TLS is spoken, for a target whose scheme asks for it. */
export interface Tls {
  /** The only certificate authorities to trust; otherwise those of the system. */
  ca?: Pem;
  /** The client's own identity, for mutual TLS. */
  identity?: { certificate: Pem; key: Pem };
  server_name?: string;
  /** Off, every measurement carries a warning that says so. */
  verify?: boolean;
  version?: "1.2" | "1.3";
}

/** How connections are made. */
export interface Network {
  /** Each `HOST:PORT` or `unix:PATH`, in place of the target's own. */
  connect_to?: string[];
  family?: "any" | "ipv4" | "ipv6";
  resolve?: "first" | "spread" | "fresh";
  requests_per_connection?: number;
}

/** The load of a run; what is left out has a default. */
export interface RunLoad {
  pace?: Pace;
  stop?: Stop;
  /** Load before the measured part. */
  warm_up?: Duration;
  connections?: number;
  threads?: number;
  /** How long a request may take from its intended send time. */
  timeout?: Duration;
  protocol?: string;
  /** Requests at once on each connection, where the protocol can. */
  streams?: number;
  /** The request, in the words of the protocol. */
  request?: Record<string, unknown>;
  /** Several requests in place of one, each drawn by its weight. */
  mix?: { weight?: number; request: Record<string, unknown> }[];
  /** What every answer must be like. */
  checks?: ResponseCheck[];
}

/** A load, by the schema `load-spec`. */
export interface LoadSpec extends RunLoad {
  /** A URL such as `http://127.0.0.1:8080/path`. */
  target: string;
  /** How a thread waits for the next send time. */
  wait?: "hybrid" | "sleep" | "spin";
  /** The seed of what is random in the load. */
  seed?: number | null;
  network?: Network;
  tls?: Tls;
  /** What the load as a whole must reach. */
  thresholds?: Thresholds;
  /** How long the generator measures itself first. */
  floor?: Duration;
}

/** A search, by the schema `search-spec`. */
export interface SearchSpec {
  /** The load of every trial, but for its pace and its stop rule. */
  load: LoadSpec;
  /** What the rates have to keep. */
  goals: { name: string; thresholds: Thresholds; exceed?: number }[];
  lowest: Rate;
  highest: Rate;
  /** How long the first trials are. */
  short?: Duration;
  /** How long the last trials are. */
  full?: Duration;
  /** How much time of full-length trials decides about a rate. */
  decided_by?: Duration;
  /** How wide an interval may be at the end, as a part of its upper end. */
  width?: number;
  at_most?: Duration;
}

/** What a search found, by the schema `search-result`. */
export interface SearchResult {
  /** For each goal, between which rates the highest lies that keeps it. */
  goals: { goal: string; lower: Rate | null; upper: Rate | null; complete: boolean }[];
  /** Every trial, by its rate: latency against rate. */
  curve: CurvePoint[];
}

/** A trial at a rate. */
export interface CurvePoint {
  rate: Rate;
  lasts: Duration;
  throughput: Rate | null;
  failed: number;
  percentiles: Percentile[];
  kept: boolean[];
  validity: { invalid: Reason[]; warnings: Reason[] };
  [field: string]: unknown;
}

/** A percentile of the response time with its 95 % interval, or why there is none. */
export interface Percentile {
  percentile: number;
  value_ns: number | null;
  low_ns: number | null;
  high_ns: number | null;
  why?: string;
}

/** One arm of a comparison. */
export interface ArmSpec {
  /** Its name in reports, unique. */
  name: string;
  mesh: string;
  mtls?: boolean;
  settings?: Record<string, unknown>;
  /** Whether it is the A/A control: the baseline a second time. */
  control?: boolean;
}

/** What to compare, by the schema `comparison-spec`; what is left out has a default. */
export interface ComparisonSpec {
  /** The first is the baseline. */
  arms?: ArmSpec[];
  rounds?: number;
  seed?: number | null;
  /** The application under load, `HOST:PORT`; otherwise a built-in one. */
  upstream?: string | null;
  path?: string;
  load?: RunLoad;
  judge?: { alpha?: number; min_runs?: number; latency_floor?: Duration };
  /** What else is looked at, besides the processes of this machine. */
  telemetry?: Telemetry | null;
}

/** A Prometheus that tells what the components of a mesh use. */
export interface Telemetry {
  /** Its URL, with the path that it is served below, if any. */
  prometheus: string;
  tls?: Tls;
  /** In files, so that no specification and no result holds one. */
  credentials?: { bearer_file: string } | { user: string; password_file: string };
  components: {
    name: string;
    role: "proxy" | "control_plane" | "node" | "platform" | "workload";
    /** Which series tell of it. */
    recipe: "cadvisor" | "node-exporter" | "process";
    /** Which of them, as PromQL writes it. */
    matchers?: string;
  }[];
}

/** What to compare under which loads, by the schema `campaign-spec`; what is left out has a default. */
export interface CampaignSpec {
  /** The first is the baseline, and every block holds a run of it. */
  arms?: ArmSpec[];
  /** What is asked of the application. */
  workloads?: { name: string; path?: string; load?: RunLoad }[];
  /** How fast it is asked, each for every workload; none: each at its own pace. */
  points?: { name: string; pace: Pace }[];
  /** Blocks for each workload at each point. */
  rounds?: number;
  /** After how many blocks to look whether all is settled, growing. */
  looks?: number[];
  /** How long all runs together may take. */
  budget?: Duration | null;
  /** How much runs of the same arm are expected to differ: the standard deviation of the logarithm. */
  expected_noise?: number;
  seed?: number | null;
  /** The application under load, `HOST:PORT`; otherwise a built-in one. */
  upstream?: string | null;
  judge?: ComparisonSpec["judge"];
  telemetry?: ComparisonSpec["telemetry"];
}

/** What a campaign will take and show, by the schema `campaign-plan`. */
export interface CampaignPlan {
  runs: number;
  takes: Duration;
  /** Blocks that each cell gets: fewer than the rounds when the budget does not suffice. */
  blocks: number;
  power: {
    metric: string;
    margin: number;
    /** The chance to see a difference of the margin, from 0 to 1. */
    chance: number;
    detectable: number | null;
    runs_for_difference: number | null;
    runs_for_equivalence: number | null;
  }[];
  warnings: Reason[];
}

/** What makes a result fail, by the schema `gate`. */
export interface Gate {
  /** By default `regressed` and `invalid`. */
  fail_on?: Verdict[];
  /** The metrics whose verdicts count; none: all of the whole. */
  metrics?: string[];
  /** What an arm may add, as `[ARM: ]METRIC < LIMIT`, for example `envoy: latency.p99 < 1ms`. */
  budgets?: string[];
  /** Whether a budget that the runs cannot decide about fails as well. */
  strict?: boolean;
}

/** Something that a gate has to say. */
export interface GateNote {
  cell: string;
  arm: string;
  metric: string;
  rule: string;
  found: string;
}

/** The answer of a gate, by the schema `gate-result`. */
export interface GateResult {
  passed: boolean;
  failures: GateNote[];
  undecided: GateNote[];
}

/** A verdict on one metric of one arm against the baseline. */
export type Verdict = "improved" | "regressed" | "equivalent" | "inconclusive" | "invalid";

/** A two-sided interval. */
export interface Interval {
  low: number;
  high: number;
}

/** Kinds of doubt. */
export type DoubtCode =
  | "aborted"
  | "arrivals"
  | "cancelled"
  | "closed_loop"
  | "control_moved"
  | "dependent"
  | "disturbed"
  | "environment_changed"
  | "errors"
  | "generator_busy"
  | "generator_late"
  | "imprecise"
  | "method_disagreement"
  | "no_answers"
  | "not_comparable"
  | "not_settled"
  | "not_steady"
  | "outlier"
  | "process_died"
  | "rate_not_achieved"
  | "setup_failed"
  | "too_few_runs"
  | "too_few_samples"
  | "unknown"
  | "unverified"
  | "zero_variance";

/** Why something is in doubt. */
export interface Reason {
  code: DoubtCode;
  message: string;
  expected?: string;
  found?: string;
}

/** What a metric's values are. */
export type Unit =
  | "nanoseconds"
  | "nanoseconds_per_request"
  | "nanoseconds_per_connection_second"
  | "per_second"
  | "bytes"
  | "bytes_per_connection"
  | "share";

/** One metric of one arm against the baseline, with the verdict and all that it rests on. */
export interface Effect {
  arm: string;
  baseline: string;
  metric: string;
  unit: Unit;
  scale: "relative" | "absolute";
  runs: number;
  baseline_value: number | null;
  arm_value: number | null;
  difference: number | null;
  ci95: Interval | null;
  ci90: Interval | null;
  method: string;
  p: number | null;
  p_adjusted: number | null;
  family: number;
  margin: number;
  detectable: number | null;
  runs_needed: number | null;
  verdict: Verdict;
  beyond_margin: boolean;
  differs: boolean;
  reasons: Reason[];
}

/** How a comparison ended. */
export type End = { ended: "complete" } | { ended: "out_of_time" } | { ended: "stopped"; error: ErrorReport };

/** A result as data, by the schema `comparison`: what stands in `result.json`. */
export interface ComparisonDocument {
  format: number;
  seed: number;
  spec: ComparisonSpec;
  effects: Effect[];
  end: End;
  [field: string]: unknown;
}

/** A campaign's result as data, by the schema `campaign`: what stands in `result.json`. */
export interface CampaignDocument {
  format: number;
  seed: number;
  spec: CampaignSpec;
  plan: CampaignPlan;
  cells: { workload: string; point: string; settled_early: boolean; comparison: ComparisonDocument }[];
  warnings: Reason[];
  end: End;
  [field: string]: unknown;
}

/** A measurement, by the schema `measurement`. */
export interface Measurement {
  window: Duration;
  asked: Rate | null;
  achieved: Rate | null;
  throughput: Rate | null;
  measured: Phase;
  warm_up: Phase;
  percentiles: Percentile[];
  /** The window in parts of about a second. */
  series: { at: Duration; scheduled: number; ok: number; mean_ns: number | null; [field: string]: unknown }[];
  check_failures: { check: ResponseCheck; count: number; samples: { request: number; found: string }[] }[];
  thresholds: { metric: string; threshold: string; found: number | null; holds: boolean }[];
  validity: { invalid: Reason[]; warnings: Reason[] };
  [field: string]: unknown;
}

/** One part of a load. */
export interface Phase {
  counts: {
    scheduled: number;
    sent: number;
    fates: Record<string, number>;
    statuses: Record<string, number>;
  };
  [histogram: string]: unknown;
}

/** Something that happened during a long call, by the schema `event`. */
export type Event =
  | { event: "cell"; workload: string; point: string }
  | { event: "comparison_started"; runs: number; seed: number }
  | { event: "step"; title: string }
  | { event: "arm_left_out"; arm: string; reason: string }
  | { event: "run_started"; arm: string; block: number; run: number; runs: number }
  | { event: "load"; done: number; fraction: number }
  | { event: "window_started" }
  | { event: "window_ended" }
  | OperationEvent
  | { event: "run_finished"; arm: string; run: number; runs: number; p50_ns: number | null; valid: boolean }
  | { event: "judged"; arm: string; metric: string; verdict: Verdict };

/** Something that happened during an operation on a cluster, by the schema `event`. */
export type OperationEvent = { event: "operation" } & OperationRecord;

/** What goes with a long call. */
export interface CallOptions {
  /**
   * Stops the call. The promise is rejected with a `MesheryError` of the code `cancelled` and the name `AbortError`
   * once everything is removed again; its `partial` is what was found until then.
   */
  signal?: AbortSignal;
  /**
   * Receives what happens: every event of an operation, at most some ten a second of a load. What it throws stops the
   * call.
   */
  onProgress?: (event: Event) => void;
}

/** What goes with a comparison, and with whatever else takes an Envoy. */
export interface CompareOptions extends CallOptions {
  /** Where Envoy is. Otherwise it is looked for in the environment's `MESHERY_ENVOY`, and in `PATH`. */
  envoy?: string;
}

/** The result of a comparison: every run, every verdict, and what is needed to do it again. */
export class Comparison {
  private constructor();
  /** A result from what `toJSON` gave, or from a `result.json` that was read. Throws `invalid_input` otherwise. */
  static fromJSON(document: unknown): Comparison;
  /** The whole result as data: what stands in `result.json`. */
  toJSON(): ComparisonDocument;
  /** One metric of one arm, for example `latency.p99`. Throws `invalid_input` when there is no such effect. */
  effect(arm: string, metric: string): Effect;
  /** The verdict on one metric of one arm. Throws `invalid_input` when there is no such effect. */
  verdict(arm: string, metric: string): Verdict;
  /** The verdicts as a table for a terminal; also what a template string shows. */
  readonly table: string;
  /** The verdicts and curves as a piece of HTML. */
  readonly html: string;
  /** Pass or fail, for CI: by verdicts, and by budgets such as `latency.p99 < 1ms`. */
  gate(spec?: Gate): GateResult;
  /** Writes `result.json` and `report.html` into a directory, which is made if need be. */
  save(directory: string): void;
  toString(): string;
}

/**
 * Compares meshes on this machine: the same load through every arm, interleaved, and judged. Nothing compares no mesh,
 * no mesh again, Envoy, and Envoy with mutual TLS.
 */
export function compare(spec?: ComparisonSpec, options?: CompareOptions): Promise<Comparison>;

/** The result of a campaign: every arm under every workload at every point of load. */
export class Campaign {
  private constructor();
  /** A result from what `toJSON` gave, or from a `result.json` that was read. Throws `invalid_input` otherwise. */
  static fromJSON(document: unknown): Campaign;
  /** The whole result as data: what stands in `result.json`. */
  toJSON(): CampaignDocument;
  /** The comparison of every workload and point. */
  readonly cells: { workload: string; point: string; comparison: Comparison }[];
  /** The comparison of a workload at a point of load. Throws `invalid_input` when there is no such cell. */
  cell(workload: string, point?: string): Comparison;
  /** The verdicts of every cell as tables for a terminal; also what a template string shows. */
  readonly table: string;
  /** The verdicts as a piece of HTML. */
  readonly html: string;
  /** Pass or fail, for CI: by verdicts, and by budgets such as `latency.p99 < 1ms`. */
  gate(spec?: Gate): GateResult;
  /** Writes every format into a directory, which is made if need be. */
  save(directory: string): void;
  toString(): string;
}

/** What goes with a campaign. */
export interface CampaignOptions extends CompareOptions {
  /** A file that keeps what has been done. */
  journal: string;
}

/** Which values may be compared over time. */
export interface SeriesKey {
  workload: string;
  point: string;
  arm: string;
  mesh: string;
  configuration: string;
  environment: string;
  metric: string;
  unit: Unit;
}

/** A release among the ones before it, by one metric. */
export interface Trend {
  key: SeriesKey;
  value: number;
  releases: number;
  usual: Interval | null;
  difference: number | null;
  margin: number;
  p: number | null;
  p_adjusted: number | null;
  standing: "suspected_regression" | "suspected_improvement" | "usual" | "too_few_releases";
}

/** What a history says of a release, by the schema `history-review`. */
export interface Review {
  trends: Trend[];
  /** Lasting changes of level. */
  changes: {
    key: SeriesKey;
    release: string;
    recorded_unix_ns: number;
    before: number;
    after: number;
    difference: number;
    worse: boolean;
    p: number;
  }[];
}

/** A metric over time, by the schema `history-series`. */
export interface Series {
  key: SeriesKey;
  points: { entry: number; release: string; recorded_unix_ns: number; value: number; runs: number }[];
  noise_floor: number | null;
}

/** Results over time in an SQLite file, which several processes may use at once. */
export class History {
  constructor(path: string);
  /** Adds the valid runs of a result under a release's name; the entry's number. */
  add(result: Comparison | Campaign, release: string): number;
  /** Every entry by the time it was measured. */
  readonly entries: { id: number; release: string; recorded_unix_ns: number }[];
  readonly series: Series[];
  /** Every series with its lasting changes as a page of HTML. */
  readonly html: string;
  /** How a release stands among the ones before it. */
  review(entry: number): Review;
  /** How a result that is not in the history would stand, up to a baseline or the latest entry. */
  standing(result: Comparison | Campaign, baseline?: string): Trend[];
  /** Names an entry, such as `main`; the name moves with each call. */
  setBaseline(name: string, entry: number): void;
  baseline(name: string): number | undefined;
  /** Writes every entry as a line of JSON into a file. */
  exportTo(path: string): void;
  /** Adds what `exportTo` wrote, once; how many entries the file has. */
  importFrom(path: string): number;
}

/** What is asked of a control plane, by the schema `control-plane-spec`. */
export interface ControlPlaneSpec {
  /** The folder that holds the servers; otherwise they are looked for. */
  programs?: string | null;
  nodes?: { name?: string; labels?: Record<string, string>; cores?: number; memory?: number }[];
  start_timeout?: string;
}

/** What becomes of pods, by the schema `pod-fate`. */
export type PodFate = "ready" | { slow: string } | "crash_loop" | "no_image" | "unready" | "ignored";

/** A request that the API server has answered, by the schema `audited-request`. */
export interface AuditedRequest {
  verb: string;
  uri: string;
  user_agent: string;
  object: { resource: string; api_group: string; namespace: string; name: string; subresource: string };
  status: number;
}

/**
 * A real Kubernetes control plane as processes of this machine, and nodes that run nothing: pods become ready at once, or
 * get the fate that they are destined to. Containers never start. It ends with `using`, with `stop`, and with the
 * program, however that ends.
 */
export class ControlPlane {
  private constructor();
  /** Starts a control plane, and waits until it is at work. */
  static start(spec?: ControlPlaneSpec, options?: CallOptions): Promise<ControlPlane>;
  /** Where the API server listens. */
  readonly address: string;
  /** The version that the API server says it is. */
  readonly version: string;
  /** A kubeconfig for its administrator, as YAML. */
  readonly kubeconfig: string;
  /** The same as a file, that is removed with the control plane. */
  readonly kubeconfigPath: string;
  /** The processes with their ids. */
  readonly processes: Record<string, number>;
  /** What installs, upgrades and removes on it, as its administrator. */
  lifecycle(): Lifecycle;
  /** What becomes of the pods of a namespace whose names begin so. */
  destine(namespace: string, namePrefix: string, fate: PodFate): void;
  /** Takes a node out of service, or back into it: no new pod is scheduled on it. */
  cordon(node: string, cordoned?: boolean): Promise<void>;
  /** The node says nothing any more, as if its machine had gone down. */
  silence(node: string): void;
  /** A place in the audit log after every request that has been answered by now. */
  mark(): Promise<number>;
  /** The requests between two places of the audit log. */
  requests(since?: number, until?: number): AuditedRequest[];
  /** Ends everything: no process, port or file is left. Ending it twice is no error. */
  stop(): void;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a sample application is, by the schema `sample-info`. */
export interface SampleInfo {
  name: string;
  title: string;
  summary: string;
  version: string;
  /** The images that it runs, each with its tag. */
  images: string[];
  /** Its Services on a cluster, the versions of the pods behind each, and the paths that are answered with 200. */
  services: { name: string; port: number; protocol: "grpc" | "http"; versions: string[]; paths: string[] }[];
  /** What can be set about it: each setting with what it says. */
  settings: Record<string, string>;
  /** Whether it also runs as processes of one machine. */
  runs_locally: boolean;
}

/** What is known of every sample application, sorted by name. */
export function samples(): SampleInfo[];

/** The instance that a sample is on a cluster, for `plan`, `upgrade` and others. Throws `invalid_input`. */
export function sampleSpec(spec: SampleSpec): InstanceSpec;

/** What a measurement reached of thresholds that its load did not have. */
export function judgeThresholds(measurement: Measurement, thresholds: Thresholds): Measurement["thresholds"];

/**
 * What a statistical method finds, by name; what a sample cannot support is left out. For methods of pairs without a second
 * sample the first holds the differences; some methods take settings alone.
 */
export function statistic(
  name: string,
  x?: number[],
  y?: number[],
  settings?: Record<string, unknown>,
): Record<string, number | number[]>;

/** Every statistical method with what it answers. */
export function statistics(): Record<string, string>;

/** What a campaign will take and show. Nothing is started. */
export function planCampaign(spec?: CampaignSpec): CampaignPlan;

/**
 * Makes all runs of a campaign that its journal does not hold yet, and judges all of them. However it ends, the same call
 * goes on with it. Fails with `conflict` when the journal is of another campaign, with `busy` while another process
 * writes it.
 */
export function runCampaign(spec: CampaignSpec, options: CampaignOptions): Promise<Campaign>;

/** Puts a load on a URL and measures it. */
export function runLoad(spec: LoadSpec, options?: CallOptions): Promise<Measurement>;

/** Searches for the highest rate that keeps each of several goals. */
export function search(spec: SearchSpec, options?: CallOptions): Promise<SearchResult>;

/** A format that a measurement can be written in. */
export type WrittenFormat = "csv" | "fortio" | "hdr-log" | "hgrm" | "k6" | "openmetrics";

/** A format of a result that can be read. */
export type ReadFormat = "fortio" | "hdr-log" | "hgrm" | "k6" | "oha" | "wrk2";

/** Writes a measurement in another format. Throws `unsupported` where that asks for what is not known. */
export function exportMeasurement(measurement: Measurement, target: WrittenFormat): string;

/** Turns a result of another tool into another format, as far as it says what that asks for. */
export function convertResult(text: string, source: ReadFormat, target: WrittenFormat): string;
