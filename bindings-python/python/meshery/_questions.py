"""What can be asked of a cluster without changing anything on it."""

from typing import Any

from meshery import _native
from meshery._call import Progress, Spec, encode, read_list, read_object, run, run_async
from meshery._plan import Plan
from meshery._snapshot import Snapshot

__all__ = ["Questions"]


class Questions:
    """The half of :class:`meshery.Lifecycle` that changes nothing."""

    _native: _native.Lifecycle

    def plan(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> Plan:
        """What :meth:`install` and :meth:`upgrade` would do.

        Args:
            spec: What is wanted, by the schema ``instance-spec``.
            options: How far it may go, by the schema ``operation-options``.
            progress: Receives what happens.
            **fields: Fields of the specification, which go before those of ``spec``.

        Raises:
            MesheryError: As :meth:`install`, for all that can be known beforehand.
        """
        call = self._native.plan(encode(spec, fields), encode(options, {}))
        return run(call, Plan.from_json, progress)

    async def plan_async(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> Plan:
        """As :meth:`plan`, for asyncio."""
        call = self._native.plan(encode(spec, fields), encode(options, {}))
        return await run_async(call, Plan.from_json, progress)

    def plan_rollback(
        self,
        name: str,
        to: int | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
    ) -> Plan:
        """What :meth:`rollback` would do."""
        call = self._native.plan_rollback(name, to, encode(options, {}))
        return run(call, Plan.from_json, progress)

    async def plan_rollback_async(
        self,
        name: str,
        to: int | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
    ) -> Plan:
        """As :meth:`plan_rollback`, for asyncio."""
        call = self._native.plan_rollback(name, to, encode(options, {}))
        return await run_async(call, Plan.from_json, progress)

    def plan_uninstall(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> Plan:
        """What :meth:`uninstall` would do."""
        call = self._native.plan_uninstall(name, encode(options, {}))
        return run(call, Plan.from_json, progress)

    async def plan_uninstall_async(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> Plan:
        """As :meth:`plan_uninstall`, for asyncio."""
        call = self._native.plan_uninstall(name, encode(options, {}))
        return await run_async(call, Plan.from_json, progress)

    def plan_enrol(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> Plan:
        """What :meth:`enrol` would do.

        Args:
            spec: What is wanted, by the schema ``enrolment-spec``.
            options: How far it may go, by the schema ``operation-options``.
            progress: Receives what happens.
            **fields: Fields of the specification, which go before those of ``spec``.

        Raises:
            MesheryError: As :meth:`enrol`, for all that can be known beforehand.
        """
        call = self._native.plan_enrol(encode(spec, fields), encode(options, {}))
        return run(call, Plan.from_json, progress)

    async def plan_enrol_async(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> Plan:
        """As :meth:`plan_enrol`, for asyncio."""
        call = self._native.plan_enrol(encode(spec, fields), encode(options, {}))
        return await run_async(call, Plan.from_json, progress)

    def plan_withdraw(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> Plan:
        """What :meth:`withdraw` would do.

        Args:
            spec: What is wanted, by the schema ``enrolment-spec``.
            options: How far it may go, by the schema ``operation-options``.
            progress: Receives what happens.
            **fields: Fields of the specification, which go before those of ``spec``.

        Raises:
            MesheryError: As :meth:`withdraw`, for all that can be known beforehand.
        """
        call = self._native.plan_withdraw(encode(spec, fields), encode(options, {}))
        return run(call, Plan.from_json, progress)

    async def plan_withdraw_async(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> Plan:
        """As :meth:`plan_withdraw`, for asyncio."""
        call = self._native.plan_withdraw(encode(spec, fields), encode(options, {}))
        return await run_async(call, Plan.from_json, progress)

    def status(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """What is known of an instance, and how its objects are: the schema ``instance-status``.

        Raises:
            MesheryError: ``not_found`` when there is none.
        """
        return run(self._native.status(name, encode(options, {})), read_object, progress)

    async def status_async(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """As :meth:`status`, for asyncio."""
        call = self._native.status(name, encode(options, {}))
        return await run_async(call, read_object, progress)

    def verify(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """Proves that an instance does what its mesh promises; nothing is left behind.

        Returns:
            What came of each check, by the schema ``check-outcome``. One that fails is no error.

        Raises:
            MesheryError: ``not_found`` when there is none, and what kept a check from being made.
        """
        return run(self._native.verify(name, encode(options, {})), read_list, progress)

    async def verify_async(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """As :meth:`verify`, for asyncio."""
        call = self._native.verify(name, encode(options, {}))
        return await run_async(call, read_list, progress)

    def detect(self, *, progress: Progress | None = None) -> dict[str, Any]:
        """Which meshes are on the cluster and in which state, whoever has installed them.

        Returns:
            What was found and what speaks against it, by the schema ``detection``.
        """
        return run(self._native.detect(), read_object, progress)

    async def detect_async(self, *, progress: Progress | None = None) -> dict[str, Any]:
        """As :meth:`detect`, for asyncio."""
        return await run_async(self._native.detect(), read_object, progress)

    def drift(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """Objects that are no longer as they were applied, by the schema ``drift``.

        Raises:
            MesheryError: ``not_found`` when there is no such instance.
        """
        return run(self._native.drift(name, encode(options, {})), read_list, progress)

    async def drift_async(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """As :meth:`drift`, for asyncio."""
        call = self._native.drift(name, encode(options, {}))
        return await run_async(call, read_list, progress)

    def events(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """What happened during the last operation on an instance, in order.

        Raises:
            MesheryError: ``not_found`` when there is none.
        """
        return run(self._native.events(name, encode(options, {})), read_list, progress)

    async def events_async(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """As :meth:`events`, for asyncio."""
        call = self._native.events(name, encode(options, {}))
        return await run_async(call, read_list, progress)

    def snapshot(self) -> Snapshot:
        """Everything that is on the cluster now, to be compared with what is there later."""
        return run(self._native.snapshot(), Snapshot, None)

    async def snapshot_async(self) -> Snapshot:
        """As :meth:`snapshot`, for asyncio."""
        return await run_async(self._native.snapshot(), Snapshot, None)
