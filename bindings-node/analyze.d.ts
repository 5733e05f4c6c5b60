import type { ErrorReport } from "./index.js";
import type { Lifecycle } from "./lifecycle.js";

/** How bad something is. */
export type Severity = "info" | "warning" | "error";

/** A place in a file: bytes from its start, line and column from 1. */
export interface Position {
  offset: number;
  line: number;
  column: number;
}

/** A file and a stretch in it. */
export interface Location {
  file: string;
  span: { start: Position; end: Position };
}

/** A mistake, with its exact place: by the schema `finding`. */
export interface Finding {
  code: string;
  rule: string;
  severity: Severity;
  message: string;
  location: Location;
  resource: string;
  /** The cluster, where there are several. */
  cluster?: string;
  /** The path of the field, such as `spec.http[0].route`. */
  field?: string;
  help?: string;
  /** What was taken for granted, for the input does not tell. */
  assumes?: string[];
  /** What else it has to do with. */
  related?: { location: Location; resource: string; message: string }[];
  /** What would mend it, the best first. */
  fixes?: { title: string; safe: boolean; edits: { location: Location; text: string }[] }[];
}

/** What was found and may be, and why. */
export interface Allowed {
  finding: Finding;
  reason: string;
}

/** What an analysis found, and what it could not read. As JSON it is by the schema `analysis`. */
export class Analysis {
  private constructor();
  /** The mistakes, by file and place. */
  readonly findings: Finding[];
  /** What was found and may be. */
  readonly allowed: Allowed[];
  /** What could not be read; the rules ran over all the rest. */
  readonly errors: ErrorReport[];
  /** By finding, what it is known by when lines have moved: for the option `baseline`. */
  readonly fingerprints: string[];
  /** Whether something is this bad or worse, or could not be read. */
  isAtLeast(severity: Severity): boolean;
  /** All of it in a format. */
  render(format: "github" | "html" | "json" | "junit" | "markdown" | "sarif" | "text"): string;
  /** The files that fixes change, as they are then. Nothing is written. With `unsafe` also what may change the meaning. */
  fixed(options?: { unsafe?: boolean }): Record<string, string>;
  /** What `fixed` changes, as a unified diff. */
  diff(options?: { unsafe?: boolean }): string;
  toJSON(): { findings: Finding[]; allowed?: Allowed[]; errors: ErrorReport[] };
  toString(): string;
}

/** What a rule of one's own says of an object: by the schema `remark`, without the `rule` and the `object`. */
export interface Remark {
  /** What is wrong, in one sentence. */
  message: string;
  /** The path of the field, such as `spec.http[0].route`; left out for the whole object. */
  field?: string;
  help?: string | null;
}

/** All objects of an analysis. */
export interface World {
  /** The objects of a kind: `Service`, `VirtualService.networking.istio.io`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  of(kind: string): any[];
}

/** A rule of one's own, that is asked of every object of a kind. */
export interface OwnRule {
  code: string;
  name: string;
  summary: string;
  severity?: Severity;
  kind: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  check(object: any, world: World): Iterable<Remark | string> | undefined;
}

/** A file: its path, or its name and content, with the cluster that its objects are of, and whether they run there. */
export type GivenFile = string | { name: string; text: string; cluster?: string; is_running?: boolean };

/** Which rules run, and what they are told beside the objects: by the schema `analysis-options`. */
export interface AnalysisOptions {
  /** Rules of one's own, in JavaScript. */
  own?: OwnRule[];
  profile?: "correctness" | "security" | "recommended" | "all" | "istioctl";
  /** Only these rules, by code, name, or another tool's code. */
  select?: string[];
  /** Not these. */
  ignore?: string[];
  /** Whether the objects are all that there are, so that what is not among them does not exist. */
  closed?: boolean;
  /** What time it is, in seconds since 1970; now when left out. */
  now?: number;
  /** How bad the findings of some rules are, whatever the rules say. */
  severities?: Record<string, Severity>;
  /** Files with rules of one's own, in CEL. */
  rules?: GivenFile[];
  /** A list of what is allowed. */
  allow?: GivenFile;
  /** Whether what a file has no longer is to be removed, where the order of changes is asked for. */
  prune?: boolean;
  /** The fingerprints of what was there before. */
  baseline?: string[];
  mesh_config?: GivenFile;
  mesh_networks?: GivenFile;
}

/** Files, folders, patterns such as `deploy/*.yaml`, `-` for standard input, or texts by name. */
export type AnalysisSources = string | string[] | Record<string, string>;

/** Files that change, and what is wrong with them: a change asks only the rules that it concerns. */
export class Session {
  private constructor();
  /** Without files. Fails with `invalid_input` for an option that there is not. */
  static start(options?: AnalysisOptions): Promise<Session>;
  /** Adds files in the place of those of the same names; their objects belong to `cluster`, where there are several. */
  put(sources: AnalysisSources, options?: { cluster?: string }): Promise<void>;
  /** Adds what runs on a cluster, in whose place files stand; what could not be read of it. */
  putRunning(cluster: Lifecycle): Promise<ErrorReport[]>;
  /** Takes a file away, if it is there. */
  remove(name: string): void;
  /** What is wrong with the files as they are now. */
  analysis(): Promise<Analysis>;
}

/**
 * Applies rules to Kubernetes YAML, all of it seen as one cluster. What cannot be read is among the errors. With `cluster`,
 * what runs there is looked at too, where no file has it.
 */
export function analyze(
  sources?: AnalysisSources,
  options?: AnalysisOptions & { cluster?: Lifecycle },
): Promise<Analysis>;

/** Fails when something is as bad as this, an error unless said otherwise, or cannot be read. */
export function assertNoFindings(
  sources?: AnalysisSources,
  options?: AnalysisOptions & { cluster?: Lifecycle; severity?: Severity },
): Promise<void>;

/** An object that a step changes, and where it stands. */
export interface OrderedChange {
  action: "create" | "change" | "extend" | "reduce" | "remove";
  /** `Kind namespace/name`. */
  object: string;
  /** The cluster, where there are several. */
  cluster?: string;
  location: Location;
}

/** How to get from what runs to what is wanted. As JSON it is by the schema `order`, its text is the steps. */
export class Order {
  private constructor();
  /** The safe order: in each step what may be changed at once, and why no sooner. */
  readonly steps: { changes: OrderedChange[]; why: string[] }[];
  /** What breaks when the files are applied in the order in which they are given. */
  readonly findings: Finding[];
  /** What could not be read. */
  readonly errors: ErrorReport[];
  toJSON(): { steps: { changes: OrderedChange[]; why: string[] }[]; findings: Finding[]; errors: ErrorReport[] };
  toString(): string;
}

/**
 * In which order to apply files to what runs, which are files as well or a cluster, so that nothing breaks in between. What
 * is not among the wanted files stays, but for what a file of the same name has no longer, if `prune` says so.
 */
export function order(
  running: AnalysisSources | Lifecycle,
  wanted: AnalysisSources,
  options?: AnalysisOptions,
): Promise<Order>;

/** What a rule says of itself, by the schema `rule-info`. */
export interface RuleInfo {
  code: string;
  name: string;
  severity: Severity;
  category: "correctness" | "security" | "practice";
  extent: "cluster" | "fleet";
  meshes: string[];
  summary: string;
  /** Codes of other tools for the same mistake. */
  aliases: string[];
}

/** Every rule. */
export function rules(): RuleInfo[];

/** The page of a rule, in Markdown, by its code, its name or another tool's code. Throws `not_found` for any other. */
export function explain(name: string): string;

/** Runs the tests that a file of rules in CEL holds; what is wrong with the rules, or with what they find. */
export function testRules(path: string): Promise<ErrorReport[]>;
