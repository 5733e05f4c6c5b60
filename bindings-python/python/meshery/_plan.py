"""What an operation would do, before it does it."""

import json
from typing import Any

from meshery import _native
from meshery._call import Spec, encode

__all__ = ["Plan"]


class Plan:
    """What would change, object by object and field by field, and which permissions that takes.

    ``print`` shows it as text, a notebook in colours. Values of Secrets are in no form of it.
    """

    def __init__(self, native: _native.Plan) -> None:
        self._native = native

    @classmethod
    def from_dict(cls, document: Spec) -> "Plan":
        """A plan from what :attr:`document` gave.

        Raises:
            MesheryError: ``invalid_input`` for anything else.
        """
        return cls.from_json(encode(document, {}))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """A plan from JSON.

        Raises:
            MesheryError: ``invalid_input`` for anything else, ``syntax`` for what is no JSON.
        """
        return cls(_native.Plan.from_json(text))

    @property
    def document(self) -> dict[str, Any]:
        """The plan by the schema ``change-plan``."""
        document: dict[str, Any] = json.loads(self._native.to_json())
        return document

    @property
    def is_empty(self) -> bool:
        """Whether nothing on the cluster would change."""
        return self._native.is_empty()

    @property
    def permissions(self) -> list[dict[str, Any]]:
        """What all of it must be allowed to do."""
        permissions: list[dict[str, Any]] = self.document["permissions"]
        return permissions

    def roles(self, name: str) -> list[dict[str, Any]]:
        """The roles of this name, ready to be applied, that grant these permissions and no more."""
        roles: list[dict[str, Any]] = json.loads(self._native.roles(name))
        return roles

    def to_ansi(self) -> str:
        """The same as ``str``, with the colours of a terminal."""
        return self._native.to_ansi()

    def to_html(self) -> str:
        """The same as a piece of HTML."""
        return self._native.to_html()

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        return self._native.to_text()

    def __repr__(self) -> str:
        summary, _, _ = str(self).partition("\n")
        return f"<Plan: {summary}>"

    def __eq__(self, other: object) -> bool:
        return self.document == other.document if isinstance(other, Plan) else NotImplemented

    __hash__ = None  # type: ignore[assignment]
