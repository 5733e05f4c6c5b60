import type { CallOptions, Duration, ErrorReport, OperationEvent } from "./index.js";

/** Where objects come from. Charts are rendered by `helm`, which applies and stores nothing. */
export type Source =
  | { chart: ChartSource }
  | { kustomize: string }
  /** A file of Kubernetes YAML or JSON, or a folder of such files. */
  | { path: string }
  /** Kubernetes YAML or JSON itself. */
  | { text: string };

/** A Helm chart and what it is rendered with. */
export interface ChartSource {
  /** A folder, a `.tgz`, a URL, `oci://…`, or a name in `repository`. */
  chart: string;
  repository?: string | null;
  version?: string | null;
  /** The SHA-256 of the chart's archive, in hexadecimal. Anything else is then refused. */
  digest?: string | null;
  release?: string | null;
  namespace?: string | null;
  values?: Record<string, unknown>;
}

/** A set of objects that are installed, upgraded and removed together, by the schema `instance-spec`. */
export interface InstanceSpec {
  /** Unique in the cluster: a DNS label of at most 40 characters. */
  name: string;
  /** Which mesh it is. Without `sources`, it says where its manifests come from. */
  mesh?: string | null;
  version?: string;
  /** Where namespaced objects go that name no namespace. */
  namespace?: string;
  sources?: Source[];
  /** What only this mesh understands. */
  settings?: Record<string, unknown>;
}

/** What is wanted of a sample application, by the schema `sample-spec`. */
export interface SampleSpec {
  /** Which of `samples()`. */
  sample: string;
  /** The name of the instance; that of the sample when there is none. */
  name?: string;
  /** The namespace that it goes to, made if need be; one of the instance's name when there is none. */
  namespace?: string;
  /** What the namespace bears as long as the sample is there, such as what asks for a mesh. */
  namespace_labels?: Record<string, string>;
  namespace_annotations?: Record<string, string>;
  /** What only this sample understands. */
  settings?: Record<string, unknown>;
}

/**
 * By which instance the workloads of namespaces are to be served, by the schema `enrolment-spec`; or, where they are
 * withdrawn, by which not.
 */
export interface EnrolmentSpec {
  /** The instance, by its name. */
  instance: string;
  /** At least one, each once. */
  namespaces: string[];
  /** Whether workloads are restarted, so that their pods are as the namespace says; by default they are. */
  restart?: boolean;
  /** What the mark is to say, where that is not plain, such as one of Istio's revision tags. */
  value?: string;
  /** Other meshes that the namespaces leave in the same step. */
  leaves?: string[];
  /** Which mesh the instance was, to withdraw from one that is not there any more. */
  mesh?: string;
}

/** How far an operation may go, and how long it may take, by the schema `operation-options`. */
export interface OperationOptions {
  /** Whether to wait until everything is ready, or gone; by default it does. */
  wait?: boolean;
  /** Whether objects that another installer made are taken over with their fields. */
  adopt?: boolean;
  /** Whether namespaces that are not there are created and removed with the instance; by default they are. */
  create_namespaces?: boolean;
  /** Whether definitions of custom resources may be removed, and with them every resource of theirs. */
  remove_definitions?: boolean;
  /** Whether finalizers may be taken from objects whose controller is gone. */
  remove_finalizers?: boolean;
  /** Whether what cannot be changed in place may be removed and made again. */
  replace?: boolean;
  /** Whether an uninstall may remove what the mesh has stored for its users, such as volumes. */
  remove_data?: boolean;
  /** Whether every write is tried as a dry run before the first is done. */
  rehearse?: boolean;
  /** Codes of advice that would block the operation and does not. */
  accept?: AdviceCode[];
  /** Managers whose changes to fields of the instance are undone. */
  overrule?: string[];
  /** What becomes of an operation that fails; by default everything stays, to be looked at. */
  on_failure?: "keep" | "roll_back";
  object_timeout?: Duration;
  stage_timeout?: Duration;
  timeout?: Duration;
  concurrency?: number;
  inventory_namespace?: string;
  revisions_kept?: number;
}

/** What goes with a question or an operation. */
export interface LifecycleOptions extends OperationOptions, CallOptions {}

/** What goes with a rollback. */
export interface RollbackOptions extends LifecycleOptions {
  /** To which revision; to the last good one before when there is none. */
  to?: number;
}

/** What tells an object from all others of its cluster. */
export interface ObjectId {
  group: string;
  kind: string;
  namespace?: string;
  name: string;
}

export type OperationKind = "enrol" | "install" | "rollback" | "uninstall" | "upgrade" | "withdraw";

export type ChangeAction = "adopt" | "create" | "delete" | "keep" | "replace" | "restart" | "unchanged" | "update";

/** A field that changes; where there is nothing before or after, that is left out. */
export interface FieldChange {
  path: string;
  before?: unknown;
  after?: unknown;
}

/** Verbs on objects of one resource, as RBAC has them. */
export interface Permission {
  group: string;
  resource: string;
  namespace?: string;
  names: string[];
  verbs: string[];
}

/** A plan as data, by the schema `change-plan`. */
export interface PlanDocument {
  instance: string;
  operation: OperationKind;
  revision?: number;
  from_version: string;
  to_version: string;
  changes: {
    object: ObjectId;
    api_version: string;
    action: ChangeAction;
    hook?: string;
    reason?: string;
    fields?: FieldChange[];
  }[];
  permissions: Permission[];
  notes: string[];
}

/** What an operation would do, before it does it. Values of Secrets are in no form of it. */
export class Plan {
  private constructor();
  /** A plan from what `toJSON` gave. Throws `invalid_input` otherwise. */
  static fromJSON(document: unknown): Plan;
  readonly document: PlanDocument;
  /** The same as `document`. */
  toJSON(): PlanDocument;
  /** Whether nothing on the cluster would change. */
  readonly isEmpty: boolean;
  /** What all of it must be allowed to do. */
  readonly permissions: Permission[];
  /** The roles of this name, ready to be applied, that grant these permissions and no more. */
  roles(name: string): Record<string, unknown>[];
  /** What would change, object by object and field by field. */
  toString(): string;
  /** The same with the colours of a terminal. */
  toAnsi(): string;
  /** The same as a piece of HTML. */
  toHtml(): string;
}

/** How an object is. */
export type Health = { health: "ready" } | { health: "progressing" | "failed" | "terminating"; reason: string };

export type Stage = "pre_hooks" | "apply" | "wait" | "prove" | "post_hooks" | "prune" | "commit";

/** What happened during an operation. */
export type Happening =
  | { happening: "plan_ready"; kind: OperationKind; writes: number; unchanged: number }
  | { happening: "lease_taken"; from?: string }
  | { happening: "stage_started" | "stage_finished"; stage: Stage }
  | { happening: "started" | "removed"; object: ObjectId }
  | { happening: "applied"; object: ObjectId; action: ChangeAction }
  | { happening: "retried"; object: ObjectId; reason: string; pause_ms: number }
  | ({ happening: "status"; object: ObjectId } & Health)
  | { happening: "yielded"; object: ObjectId; fields: string[]; manager: string }
  | { happening: "kept"; object: ObjectId; reason: string }
  | { happening: "failed"; object: ObjectId; message: string }
  | { happening: "rollback_started"; to?: number }
  | { happening: "ended"; succeeded: boolean; message: string };

/** Something that happened during an operation, whose events are numbered without a gap from 1. */
export type OperationRecord = { operation: string; sequence: number } & Happening;

/** What an operation has done, by the schema `operation-report`. */
export interface OperationReport {
  operation: string;
  instance: string;
  kind: OperationKind;
  /** The revision that is there now; none after an uninstall. */
  revision?: number;
  created: ObjectId[];
  updated: ObjectId[];
  deleted: ObjectId[];
  unchanged: number;
  /** What stays though it is not wanted any more, and why. */
  kept: { object: ObjectId; reason: string }[];
  /** Resources that went with their definitions, as they were. */
  exported: Record<string, unknown>[];
  /** What the mesh itself has left behind. */
  residue: { object: ObjectId; reason: string; removed: boolean }[];
  events: OperationRecord[];
}

/** What has come of moving workloads, by the schema `enrolment-report`. */
export interface EnrolmentReport {
  operation: string;
  instance: string;
  kind: OperationKind;
  namespaces: string[];
  /** Objects on which marks have come or gone. */
  marked: ObjectId[];
  /** Workloads whose pods were made anew. */
  restarted: ObjectId[];
  /** Workloads that were left as they are, and pods that are nobody's to restart; and why. */
  left_alone: { object: ObjectId; reason: string }[];
  /** The proof, pod by pod. None where nobody waited for them. */
  pods: { pod: ObjectId; proxy?: string; revision?: string }[];
  events: OperationRecord[];
}

/**
 * An operation under way: a promise of its report, and an iterable of its events as they happen. Every loop gets all
 * events from the first on, and throws at their end what went wrong, if anything did. Leaving a loop does not stop the
 * operation; an `AbortSignal` does.
 */
export class Operation<Report = OperationReport> implements Promise<Report>, AsyncIterable<OperationEvent> {
  private constructor();
  then: Promise<Report>["then"];
  catch: Promise<Report>["catch"];
  finally: Promise<Report>["finally"];
  [Symbol.asyncIterator](): AsyncGenerator<OperationEvent, void>;
  readonly [Symbol.toStringTag]: string;
}

/** What is known of an instance, by the schema `instance-status`. */
export interface InstanceStatus {
  instance: string;
  mesh?: string;
  version: string;
  revision?: number;
  /** Who is at work on it, or was when it was interrupted. */
  holder?: string;
  healthy: boolean;
  objects: [ObjectId, Health][];
  /** What can be gone back to, oldest first. */
  revisions: {
    number: number;
    version: string;
    state: "current" | "failed" | "pending" | "superseded";
    objects: number;
  }[];
}

/** What came of a check, by the schema `check-outcome`. */
export interface CheckOutcome {
  name: string;
  claim: string;
  passed: boolean;
  evidence: string;
}

/** What advice is about. */
export type AdviceCode =
  | "authority_replaced"
  | "certificate_expired"
  | "certificate_expiring"
  | "certificate_invalid"
  | "definitions_kept"
  | "downgrade"
  | "field_retired"
  | "injected_twice"
  | "kubernetes_too_old"
  | "mesh_half_there"
  | "project_ended"
  | "skew_forbidden"
  | "stored_version_retired"
  | "version_retired"
  | "webhook_unanswered"
  | "write_refused";

/** Something that speaks against an operation or a state, or has to be known. */
export interface Advice {
  code: AdviceCode;
  /** Whether an operation is refused for it, unless its code is among the `accept` of the options. */
  blocks: boolean;
  message: string;
  /** What to do about it. */
  remedy?: string;
  objects?: ObjectId[];
}

/** A mesh of which there is something on a cluster. */
export interface DetectedMesh {
  mesh: string;
  state: "partial" | "remnants" | "running" | "unready";
  /** More than one while one takes over from another. */
  versions: string[];
  namespaces: string[];
  /** Who has written its parts, by the names that the API server keeps for field management. */
  installers: string[];
  parts: ObjectId[];
  /** Parts that are not there, though it does not work without them. */
  missing: string[];
  /** What else is there of it: definitions, webhooks. */
  signs: ObjectId[];
  /** Namespaces that ask for its proxies. */
  asking: string[];
}

/** Which meshes are on a cluster, by the schema `detection`. */
export interface Detection {
  meshes: DetectedMesh[];
  advice: Advice[];
}

/** An object that is no longer as it was applied, by the schema `drift`. */
export interface Drift {
  object: ObjectId;
  kind: "changed" | "missing" | "replaced";
  /** `before` as it is, `after` as it should be. */
  fields: FieldChange[];
  managers: string[];
}

/** What differs between two snapshots. */
export interface Difference {
  added: ObjectId[];
  removed: ObjectId[];
  changed: ObjectId[];
}

/** Everything that was on a cluster at a time: the proof of what is left, and what is not. */
export class Snapshot {
  private constructor();
  /** How many objects it holds. */
  readonly size: number;
  /** What differs in a later one. What Kubernetes itself writes all the time, such as Events, does not count. */
  compare(later: Snapshot): Difference;
}

/** Which cluster, and which executables render charts and kustomizations. */
export interface LifecycleSettings {
  /** Its path, or its text. Without one, it is looked for as kubectl does. It is read by each call. */
  kubeconfig?: string;
  /** The context of the kubeconfig, instead of its current one. */
  context?: string;
  /** Where `helm` is. What is not named is looked for in `PATH`. */
  helm?: string;
  kustomize?: string;
  kubectl?: string;
}

/**
 * Installs, upgrades, rolls back and removes on one cluster, and says what would become of it. Every call can be
 * repeated: what is there is left alone, what was interrupted is taken up, and whoever else is at work is told apart by
 * `busy`. An operation that is stopped has ended once it has written down how far it came.
 */
export class Lifecycle {
  constructor(settings?: LifecycleSettings);
  /** What `install` and `upgrade` would do. */
  plan(spec: InstanceSpec, options?: LifecycleOptions): Promise<Plan>;
  /** What `rollback` would do. */
  planRollback(name: string, options?: RollbackOptions): Promise<Plan>;
  /** What `uninstall` would do. */
  planUninstall(name: string, options?: LifecycleOptions): Promise<Plan>;
  /** What `enrol` would do. */
  planEnrol(spec: EnrolmentSpec, options?: LifecycleOptions): Promise<Plan>;
  /** What `withdraw` would do. */
  planWithdraw(spec: EnrolmentSpec, options?: LifecycleOptions): Promise<Plan>;
  /**
   * Has an instance there, as it is wanted, whether there was something of it or not. Fails before anything is written
   * with `invalid_input`, `version_unsupported`, `conflict` for objects of others in the way, `refused` for what is not
   * permitted, and `busy`; later with `check_failed` and `timeout`, with the cause.
   */
  install(spec: InstanceSpec, options?: LifecycleOptions): Operation;
  /**
   * Has a sample application there, ready; `uninstall` removes it by its name. Fails with `invalid_input` at `sample` for
   * one that there is not and at `settings` for what it does not understand; otherwise as `install`.
   */
  installSample(spec: SampleSpec, options?: LifecycleOptions): Operation;
  /** As `install`, for an instance that is there; otherwise it fails with `not_found`. */
  upgrade(spec: InstanceSpec, options?: LifecycleOptions): Operation;
  /** Has an earlier revision back. */
  rollback(name: string, options?: RollbackOptions): Operation;
  /** Removes an instance with all that it has caused, and tells what stays and why. */
  uninstall(name: string, options?: LifecycleOptions): Operation;
  /**
   * Has the workloads of namespaces served by an instance, whoever served them before: its marks come, those of other
   * revisions of the same mesh go, and pods are made anew, a few at a time. A second call finds nothing to do. Fails before
   * anything is written with `not_found`, `unsupported`, `check_failed` where no pod would be served, `conflict` for marks
   * that others own and for those of another mesh, and `busy`; later with `check_failed` and `timeout`, with the cause.
   */
  enrol(spec: EnrolmentSpec, options?: LifecycleOptions): Operation<EnrolmentReport>;
  /**
   * Has the workloads of namespaces served by no instance of a mesh any more: its marks go, and pods come back without its
   * proxies. Also once the instance has been removed, where the specification names its mesh.
   */
  withdraw(spec: EnrolmentSpec, options?: LifecycleOptions): Operation<EnrolmentReport>;
  /** What is known of an instance, and how its objects are. */
  status(name: string, options?: LifecycleOptions): Promise<InstanceStatus>;
  /** Proves that an instance does what its mesh promises. A check that fails is no error. */
  verify(name: string, options?: LifecycleOptions): Promise<CheckOutcome[]>;
  /** What runs, as files for `Session.putRunning`, and what could not be read. */
  running(options?: CallOptions): Promise<[object[], ErrorReport[]]>;
  /** Which meshes are on the cluster and in which state, whoever has installed them. */
  detect(options?: CallOptions): Promise<Detection>;
  /** Objects that are no longer as they were applied. */
  drift(name: string, options?: LifecycleOptions): Promise<Drift[]>;
  /** What happened during the last operation on an instance, in order. */
  events(name: string, options?: LifecycleOptions): Promise<OperationRecord[]>;
  /** Gives an instance back to whoever had installed it; the objects that were given back. */
  handBack(name: string, options?: LifecycleOptions): Promise<ObjectId[]>;
  /** Everything that is on the cluster now, to be compared with what is there later. */
  snapshot(options?: CallOptions): Promise<Snapshot>;
}
