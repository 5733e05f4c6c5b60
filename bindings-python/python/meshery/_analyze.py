"""Checks of configuration."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeAlias, TypedDict

from meshery import _native
from meshery._call import encode, run
from meshery._error import ErrorReport
from meshery._lifecycle import Lifecycle

__all__ = [
    "Allowed",
    "Analysis",
    "Finding",
    "Order",
    "Remark",
    "Rule",
    "Session",
    "World",
    "analyze",
    "assert_no_findings",
    "explain",
    "order",
    "rule",
    "rules",
    "test_rules",
]


class _Place(TypedDict):
    file: str
    span: dict[str, dict[str, int]]


class _Found(TypedDict):
    code: str
    rule: str
    severity: str
    message: str
    location: _Place
    resource: str


class Finding(_Found, total=False):
    """A mistake, with its exact place: by the schema ``finding``."""

    cluster: str
    field: str
    help: str
    assumes: list[str]
    related: list[dict[str, Any]]
    fixes: list[dict[str, Any]]


class Allowed(TypedDict):
    """What was found and may be, and why."""

    finding: Finding
    reason: str


class _Document(Mapping[str, Any]):
    """What came of files, as the mapping that its schema says."""

    def __init__(self, document: str) -> None:
        self._document: dict[str, Any] = json.loads(document)

    @property
    def findings(self) -> list[Finding]:
        """The mistakes, by file and place."""
        found: list[Finding] = self._document["findings"]
        return found

    @property
    def errors(self) -> list[ErrorReport]:
        """What could not be read; all the rest was looked at."""
        errors: list[ErrorReport] = self._document["errors"]
        return errors

    def __getitem__(self, key: str) -> Any:
        return self._document[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document)

    def __len__(self) -> int:
        return len(self._document)


class Analysis(_Document):
    """What an analysis found, and what it could not read: a mapping by the schema ``analysis``.

    ``print`` shows it with the lines that it is about, a notebook as a table.
    """

    def __init__(self, native: _native.Analysis) -> None:
        super().__init__(native.render("json"))
        self._native = native

    @property
    def allowed(self) -> list[Allowed]:
        """What was found and may be."""
        allowed: list[Allowed] = self._document.get("allowed", [])
        return allowed

    def is_at_least(self, severity: str) -> bool:
        """Whether something is as bad as ``info``, ``warning`` or ``error``, or was not read."""
        return self._native.is_at_least(severity)

    def render(self, name: str) -> str:
        """All of it as text of some kind.

        Args:
            name: ``github``, ``html``, ``json``, ``junit``, ``markdown``, ``sarif`` or ``text``.

        Raises:
            MesheryError: ``invalid_input`` for another format.
        """
        return self._native.render(name)

    @property
    def fingerprints(self) -> list[str]:
        """By finding, what it is known by when lines have moved: for the option ``baseline``."""
        return self._native.fingerprints()

    def fixed(self, *, unsafe: bool = False) -> dict[str, str]:
        """The files that fixes change, as they are then. Nothing is written.

        Args:
            unsafe: Whether also what may change the meaning is done.
        """
        return dict(self._native.fixed(unsafe))

    def diff(self, *, unsafe: bool = False) -> str:
        """What :meth:`fixed` changes, as a unified diff."""
        return self._native.diff(unsafe)

    def __str__(self) -> str:
        return self.render("text")

    def __repr__(self) -> str:
        return f"<Analysis: {str(self).strip().splitlines()[-1]}>"

    def _repr_html_(self) -> str:
        return self.render("html")


@dataclass(frozen=True)
class Remark:
    """What a rule of one's own says of an object.

    Attributes:
        message: What is wrong, in one sentence.
        field: The path of the field, such as ``spec.http[0].route``; empty for the whole object.
        help: What to do about it.
    """

    message: str
    field: str = ""
    help: str | None = None


class World:
    """All objects of an analysis."""

    def __init__(self, objects: Sequence[Mapping[str, Any]]) -> None:
        self._objects = objects

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The objects of a kind: ``Service``, ``VirtualService.networking.istio.io``."""
        name, _, group = kind.partition(".")
        wanted = (name, group)
        return [it["object"] for it in self._objects if (it["kind"], it["group"]) == wanted]


Check: TypeAlias = Callable[[dict[str, Any], World], Iterable[Remark | str]]


@dataclass(frozen=True)
class Rule:
    """A rule of one's own, in Python: see :func:`rule`."""

    info: dict[str, Any]
    kind: str
    check: Check = field(repr=False)

    def remarks(self, objects: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """What it says of objects, by the schema ``remark``."""
        name, _, group = self.kind.partition(".")
        world = World(objects)
        for number, it in enumerate(objects):
            if (it["kind"], it["group"]) != (name, group):
                continue
            for said in self.check(it["object"], world):
                remark = Remark(said) if isinstance(said, str) else said
                found = {"rule": self.info, "object": number, "message": remark.message}
                yield {**found, "field": remark.field, "help": remark.help}


def rule(
    code: str, name: str, summary: str, *, kind: str, severity: str = "error"
) -> Callable[[Check], Rule]:
    """Makes a rule of a function that is asked of every object of a kind.

    >>> @rule("SHOP1", "shop-owned", "Nobody owns an object", kind="ConfigMap")
    ... def owned(thing, world):
    ...     if "owner" not in thing["metadata"].get("labels", {}):
    ...         yield Remark("nobody owns this", field="metadata.labels")
    >>> config = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }"
    >>> analyze({"a.yaml": config}, own=[owned]).findings[0]["message"]
    'nobody owns this'
    """
    info = {"code": code, "name": name, "summary": summary, "severity": severity}
    return lambda check: Rule(info, kind, check)


_Path: TypeAlias = str | PathLike[str]
_Sources: TypeAlias = _Path | Iterable[_Path] | Mapping[str, str]


class Session:
    """Files that change, and what is wrong with them: a change asks only the rules it concerns.

    >>> session = Session(select=["MSH101"])
    >>> session.put({"a.yaml": "kind: ["})
    >>> session.analysis().errors[0]["place"]
    'a.yaml:1:8'

    Args:
        own: Rules of one's own, in Python.
        **options: By the schema ``analysis-options``: ``profile``, ``select``, ``ignore``,
            ``closed``, ``severities``, ``rules`` (files with rules in CEL), ``allow``,
            ``baseline``, ``mesh_config``, ``mesh_networks``, ``now``. Where a file is asked for, a
            path does.
    """

    def __init__(self, *, own: Iterable[Rule] = (), **options: Any) -> None:
        self._own = list(own)
        self._native = _native.Session(encode(None, _options(options)))

    def put(self, sources: _Sources, *, cluster: str | None = None) -> None:
        """Adds files, in the place of those of the same names.

        Args:
            sources: Files, folders, patterns such as ``deploy/**/*.yaml``, ``-`` for standard
                input, or texts by name.
            cluster: The cluster that their objects belong to, where there are several.
        """
        self._native.put(_files(sources, cluster))

    def put_running(self, cluster: Lifecycle) -> list[dict[str, Any]]:
        """Adds what runs on a cluster. Files stand in its place where they have the same objects.

        Returns:
            What could not be read of it, by the schema ``error``. It is among the errors of the
            analysis, too.
        """
        files, errors = _running(cluster)
        self._native.put(files)
        return errors

    def remove(self, name: str) -> None:
        """Takes a file away, if it is there."""
        self._native.remove(name)

    def analysis(self) -> Analysis:
        """What is wrong with the files as they are now."""
        if self._own:
            objects = json.loads(self._native.objects())
            remarks = [remark for own in self._own for remark in own.remarks(objects)]
            self._native.remark(json.dumps(remarks))
        return Analysis(self._native.analysis())


def analyze(
    sources: _Sources = (),
    *,
    cluster: Lifecycle | None = None,
    own: Iterable[Rule] = (),
    **options: Any,
) -> Analysis:
    """Applies rules to Kubernetes YAML, all of it seen as one cluster.

    Args:
        sources: A file, a folder, a pattern or several of them, ``-`` for standard input, or texts
            by name.
        cluster: A cluster whose objects are looked at too, where no file has them.
        own: Rules of one's own, in Python.
        **options: As for :class:`Session`.

    Raises:
        MesheryError: ``invalid_input`` for an option that there is not. What cannot be read is
            among the ``errors`` of what is returned.
    """
    session = Session(own=own, **options)
    if cluster is not None:
        session.put_running(cluster)
    session.put(sources)
    return session.analysis()


def assert_no_findings(
    sources: _Sources = (),
    *,
    severity: str = "error",
    cluster: Lifecycle | None = None,
    own: Iterable[Rule] = (),
    **options: Any,
) -> None:
    """Fails a test when something is as bad as this, or cannot be read.

    >>> assert_no_findings({"a.yaml": "kind: ["})
    Traceback (most recent call last):
    AssertionError: ...
    """
    analysis = analyze(sources, cluster=cluster, own=own, **options)
    if analysis.is_at_least(severity):
        raise AssertionError("\n" + str(analysis))


class Order(_Document):
    """How to get from what runs to what is wanted: by the schema ``order``, as text its steps.

    Its findings are what breaks when the files are applied in the order in which they are given.
    """

    def __init__(self, text: str, document: str) -> None:
        super().__init__(document)
        self._text = text

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The safe order: in each step what may be changed at once, and why no sooner."""
        steps: list[dict[str, Any]] = self._document["steps"]
        return steps

    def __str__(self) -> str:
        return self._text


def order(running: _Sources | Lifecycle, wanted: _Sources, **options: Any) -> Order:
    """In which order to apply files to what runs so that nothing breaks in between.

    >>> print(order({}, {"a.yaml": "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }"}))
    1. create ConfigMap a
    <BLANKLINE>

    Args:
        running: The files as they are applied now, or the cluster that they are to be applied to.
        wanted: The files as they are to be. What of the running ones is not among them stays, but
            for what a file of the same name has no longer, if ``prune`` says so.
        **options: As for :class:`Session`.
    """
    files = _running(running)[0] if isinstance(running, Lifecycle) else _files(running)
    text, document = _native.order(files, _files(wanted), encode(None, _options(options)))
    return Order(text, document)


def rules() -> list[dict[str, Any]]:
    """Every rule, by the schema ``rule-info``."""
    found: list[dict[str, Any]] = json.loads(_native.rules())
    return found


def explain(name: str) -> str:
    """The page of a rule, in Markdown: why it matters, and a wrong and a right example.

    >>> explain("IST0109").splitlines()[0]
    '# MSH180 `virtualservices-share-host`'

    Args:
        name: Its code or name, or another tool's code.

    Raises:
        MesheryError: ``not_found`` for any other name.
    """
    return _native.explain(name)


def test_rules(path: _Path) -> list[dict[str, Any]]:
    """Runs the tests that a file of rules in CEL holds.

    Returns:
        What is wrong with the rules or with what they find, by the schema ``error``.
    """
    errors: list[dict[str, Any]]
    _, errors = json.loads(_native.test_rules(fspath(path), Path(path).read_bytes()))
    return errors


# pytest would take it for a test of its own.
test_rules.__test__ = False  # type: ignore[attr-defined]


def _files(sources: _Sources, cluster: str | None = None) -> _native.Files:
    if isinstance(sources, Mapping):
        texts = [(name, text.encode()) for name, text in sources.items()]
        return _native.Files.of_texts(texts, cluster)
    paths = [sources] if isinstance(sources, (str, PathLike)) else sources
    return _native.Files.of_paths([Path(path) for path in paths], cluster)


def _running(cluster: Lifecycle) -> tuple[_native.Files, list[Any]]:
    running = run(cluster._native.running(), json.loads, None)
    return _native.Files.of_json(json.dumps(running)), running[1]


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options with files in the place of their paths."""
    given = {key: value for key, value in options.items() if value is not None}
    for key in ("allow", "mesh_config", "mesh_networks"):
        if key in given:
            given[key] = _file(given[key])
    if "rules" in given:
        given["rules"] = [_file(value) for value in given["rules"]]
    return given


def _file(value: Any) -> Any:
    if isinstance(value, (str, PathLike)):
        return {"name": fspath(value), "text": Path(value).read_text()}
    return value
