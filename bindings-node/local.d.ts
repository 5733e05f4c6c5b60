import type { CallOptions, CompareOptions } from "./index.js";
import type { CheckOutcome, SampleSpec } from "./lifecycle.js";

/** Something as processes of this machine. It ends with `using`, with `stop`, and with the program. */
export interface LocalInstallation {
  /** Where clients connect to, `HOST:PORT`. */
  readonly entry: string;
  /** The URL of a path of it. */
  url(path?: string): string;
  /** The processes with their ids. */
  readonly processes: Record<string, number>;
  /** Ends everything: no process, port or file is left. Ending it twice is no error. */
  stop(): void;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A sample application as processes of this machine. */
export class LocalSample {
  private constructor();
  /**
   * Starts a sample with its settings, and waits until it answers. Fails with `invalid_input` at `sample` for one that
   * there is not, at `settings` for what it does not understand, and at the field for what only a cluster has; with
   * `unsupported` for one that runs on clusters only.
   */
  static start(spec: SampleSpec, options?: CompareOptions): Promise<LocalSample>;
}
export interface LocalSample extends LocalInstallation {}

/** Which mesh is wanted, in front of which application, by the schema `mesh-spec`. */
export interface MeshSpec {
  /** Such as `envoy` or `istio-local`. */
  mesh: string;
  /** The application behind the mesh, `HOST:PORT`. */
  upstream: string;
  /** Whether the wire between proxies is mutually authenticated and encrypted. */
  mtls?: boolean;
  /** What only this mesh understands. */
  settings?: Record<string, unknown>;
}

/** A mesh as processes of this machine. */
export class LocalMesh {
  private constructor();
  /**
   * Installs a mesh, and waits until it is at work. Fails with `invalid_input` at `mesh` for one that there is not and at
   * `settings` for what it does not understand; with `unsupported` for one that runs on clusters only; with
   * `program_missing` and how to get it.
   */
  static start(spec: MeshSpec, options?: CompareOptions): Promise<LocalMesh>;
  /** Proves that the mesh does what it promises. A check that fails is no error. Fails once the mesh is stopped. */
  verify(options?: CallOptions): Promise<CheckOutcome[]>;
  /**
   * Changes the configuration so many times, and measures how long each takes to arrive; `null` for a mesh whose
   * configuration does not change while it runs. Fails once the mesh is stopped.
   */
  propagation(changes: number, options?: CallOptions): Promise<Propagation | null>;
}
export interface LocalMesh extends LocalInstallation {}

/** How long changes of configuration took to arrive, by the schema `propagation`. */
export interface Propagation {
  /** Who tells that a change has arrived: `request` for a request that was served by it. */
  source: string;
  /** Of those that did. */
  times: Latencies;
  /** How many did not. They count as slower than all others. */
  unreached: number;
  /** After how long half of all had arrived, those that never did among them; `null` when fewer did. */
  p50_ns: number | null;
  p90_ns: number | null;
  p99_ns: number | null;
}

/** How long things took. */
export interface Latencies {
  /** All values: HdrHistogram V2 deflate in base64; nanoseconds, three significant digits. */
  hdr: string;
  count: number;
  min_ns: number | null;
  mean_ns: number | null;
  p50_ns: number | null;
  p90_ns: number | null;
  p99_ns: number | null;
  p999_ns: number | null;
  max_ns: number | null;
}
