"""Installing, upgrading, rolling back and removing on a cluster, and moving workloads there."""

import os
from os import PathLike
from typing import Any

from meshery import _native
from meshery._call import Progress, Spec, encode, read_list, read_object, run, run_async
from meshery._operation import Operation
from meshery._questions import Questions

__all__ = ["Lifecycle"]


class Lifecycle(Questions):
    """Installs, upgrades, rolls back and removes on one cluster, and says what would become of it.

    >>> import meshery
    >>> lifecycle = meshery.Lifecycle()
    >>> spec = {"name": "shop", "namespace": "shop", "sources": [{"path": "shop.yaml"}]}
    >>> print(lifecycle.plan(spec))  # doctest: +SKIP
    >>> lifecycle.install(spec)["revision"]  # doctest: +SKIP
    1

    Every call can be repeated: what is there is left alone, what was interrupted is taken up, and
    whoever else is at work is told apart by ``busy``. Ctrl-C, cancelling a task and an exception
    out of ``progress`` stop an operation once it has written down how far it came.

    Args:
        kubeconfig: Its path, or its text. Without one, it is looked for as kubectl does. It is read
            by each call.
        context: The context of the kubeconfig, instead of its current one.
        helm: Where ``helm`` is, for charts. What is not named is looked for in ``PATH``.
        kustomize: Where ``kustomize`` is.
        kubectl: Where ``kubectl`` is, which has ``kustomize`` built in.
    """

    def __init__(
        self,
        kubeconfig: str | PathLike[str] | None = None,
        *,
        context: str | None = None,
        helm: str | PathLike[str] | None = None,
        kustomize: str | PathLike[str] | None = None,
        kubectl: str | PathLike[str] | None = None,
    ) -> None:
        given = None if kubeconfig is None else os.fspath(kubeconfig)
        self._native = _native.Lifecycle(given, context, helm, kustomize, kubectl)

    def install(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Has an instance there, as it is wanted, whether there was something of it or not.

        Args:
            spec: What is wanted, by the schema ``instance-spec``.
            options: How far it may go, by the schema ``operation-options``.
            progress: Receives what happens.
            **fields: Fields of the specification, which go before those of ``spec``.

        Returns:
            What was done, by the schema ``operation-report``.

        Raises:
            MesheryError: Before anything is written: ``invalid_input`` for what is no manifest,
                ``version_unsupported`` for kinds that the server does not know, ``conflict`` for
                objects of others in the way, ``refused`` for what is not permitted, ``busy`` while
                somebody else is at work. Later: ``check_failed`` and ``timeout`` with the cause.
        """
        call = self._native.install(encode(spec, fields), encode(options, {}))
        return run(call, read_object, progress)

    async def install_async(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """As :meth:`install`, for asyncio."""
        call = self._native.install(encode(spec, fields), encode(options, {}))
        return await run_async(call, read_object, progress)

    def start_install(
        self, spec: Spec | None = None, *, options: Spec | None = None, **fields: Any
    ) -> Operation:
        """As :meth:`install`, for whoever wants to watch: an operation under way, for asyncio."""
        given = (encode(spec, fields), encode(options, {}))
        return Operation(lambda: self._native.install(*given))

    def install_sample(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Has a sample application there, ready; :meth:`uninstall` removes it by its name.

        >>> import meshery
        >>> lifecycle = meshery.Lifecycle()
        >>> lifecycle.install_sample(sample="bookinfo")["revision"]  # doctest: +SKIP
        1

        Args:
            spec: What is wanted, by the schema ``sample-spec``: which of :func:`meshery.samples`,
                in which namespace, with which labels and annotations on that.
            options: How far it may go, by the schema ``operation-options``.
            progress: Receives what happens.
            **fields: Fields of the specification, which go before those of ``spec``.

        Returns:
            What was done, by the schema ``operation-report``.

        Raises:
            MesheryError: ``invalid_input`` at ``sample`` for one that there is not and at
                ``settings`` for what it does not understand; otherwise as :meth:`install`.
        """
        call = self._native.install_sample(encode(spec, fields), encode(options, {}))
        return run(call, read_object, progress)

    async def install_sample_async(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """As :meth:`install_sample`, for asyncio."""
        call = self._native.install_sample(encode(spec, fields), encode(options, {}))
        return await run_async(call, read_object, progress)

    def start_install_sample(
        self, spec: Spec | None = None, *, options: Spec | None = None, **fields: Any
    ) -> Operation:
        """As :meth:`install_sample`, for whoever wants to watch."""
        given = (encode(spec, fields), encode(options, {}))
        return Operation(lambda: self._native.install_sample(*given))

    def upgrade(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """As :meth:`install`, for an instance that is there.

        Raises:
            MesheryError: As :meth:`install`, and ``not_found`` when there is none.
        """
        call = self._native.upgrade(encode(spec, fields), encode(options, {}))
        return run(call, read_object, progress)

    async def upgrade_async(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """As :meth:`upgrade`, for asyncio."""
        call = self._native.upgrade(encode(spec, fields), encode(options, {}))
        return await run_async(call, read_object, progress)

    def start_upgrade(
        self, spec: Spec | None = None, *, options: Spec | None = None, **fields: Any
    ) -> Operation:
        """As :meth:`upgrade`, for whoever wants to watch."""
        given = (encode(spec, fields), encode(options, {}))
        return Operation(lambda: self._native.upgrade(*given))

    def rollback(
        self,
        name: str,
        to: int | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Has an earlier revision back: that of the number ``to``, or the last good one before.

        Raises:
            MesheryError: As :meth:`install`, and ``not_found`` when there is none to go back to.
        """
        call = self._native.rollback(name, to, encode(options, {}))
        return run(call, read_object, progress)

    async def rollback_async(
        self,
        name: str,
        to: int | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """As :meth:`rollback`, for asyncio."""
        call = self._native.rollback(name, to, encode(options, {}))
        return await run_async(call, read_object, progress)

    def start_rollback(
        self, name: str, to: int | None = None, *, options: Spec | None = None
    ) -> Operation:
        """As :meth:`rollback`, for whoever wants to watch."""
        given = encode(options, {})
        return Operation(lambda: self._native.rollback(name, to, given))

    def uninstall(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Removes an instance with all that it has caused, and tells what stays and why.

        Raises:
            MesheryError: ``not_found`` when there is none, ``timeout`` with what holds objects that
                do not go, and what else :meth:`install` may come to.
        """
        call = self._native.uninstall(name, encode(options, {}))
        return run(call, read_object, progress)

    async def uninstall_async(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """As :meth:`uninstall`, for asyncio."""
        call = self._native.uninstall(name, encode(options, {}))
        return await run_async(call, read_object, progress)

    def start_uninstall(self, name: str, *, options: Spec | None = None) -> Operation:
        """As :meth:`uninstall`, for whoever wants to watch."""
        given = encode(options, {})
        return Operation(lambda: self._native.uninstall(name, given))

    def enrol(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Has the workloads of namespaces served by an instance, whoever served them before.

        Its marks come, those of other revisions of the same mesh go, and pods are made anew, a few
        at a time. A second call finds nothing to do.

        >>> import meshery
        >>> lifecycle = meshery.Lifecycle()
        >>> moved = {"instance": "istio-canary", "namespaces": ["shop"]}
        >>> lifecycle.enrol(moved)["pods"][0]["revision"]  # doctest: +SKIP
        'canary'

        Args:
            spec: What is wanted, by the schema ``enrolment-spec``.
            options: How far it may go, by the schema ``operation-options``.
            progress: Receives what happens.
            **fields: Fields of the specification, which go before those of ``spec``.

        Returns:
            What was done, with the proof pod by pod, by the schema ``enrolment-report``.

        Raises:
            MesheryError: Before anything is written: ``not_found`` for an instance or a namespace
                that is not there, ``unsupported`` for a mesh that is not asked for by marks,
                ``check_failed`` where no pod would be served, ``conflict`` for marks that others
                own and for those of another mesh, ``busy`` while somebody else is at work. Later:
                ``check_failed`` and ``timeout`` with the cause.
        """
        call = self._native.enrol(encode(spec, fields), encode(options, {}))
        return run(call, read_object, progress)

    async def enrol_async(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """As :meth:`enrol`, for asyncio."""
        call = self._native.enrol(encode(spec, fields), encode(options, {}))
        return await run_async(call, read_object, progress)

    def start_enrol(
        self, spec: Spec | None = None, *, options: Spec | None = None, **fields: Any
    ) -> Operation:
        """As :meth:`enrol`, for whoever wants to watch."""
        given = (encode(spec, fields), encode(options, {}))
        return Operation(lambda: self._native.enrol(*given))

    def withdraw(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Has the workloads of namespaces served by no instance of a mesh any more.

        Its marks go, and pods come back without its proxies. Also once the instance has been
        removed, where the specification names its mesh.

        Raises:
            MesheryError: As :meth:`enrol`.
        """
        call = self._native.withdraw(encode(spec, fields), encode(options, {}))
        return run(call, read_object, progress)

    async def withdraw_async(
        self,
        spec: Spec | None = None,
        *,
        options: Spec | None = None,
        progress: Progress | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """As :meth:`withdraw`, for asyncio."""
        call = self._native.withdraw(encode(spec, fields), encode(options, {}))
        return await run_async(call, read_object, progress)

    def start_withdraw(
        self, spec: Spec | None = None, *, options: Spec | None = None, **fields: Any
    ) -> Operation:
        """As :meth:`withdraw`, for whoever wants to watch."""
        given = (encode(spec, fields), encode(options, {}))
        return Operation(lambda: self._native.withdraw(*given))

    def hand_back(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """Gives an instance back to whoever had installed it before it was adopted.

        Nothing is changed but who owns it.

        Returns:
            The identities of the objects that were given back.

        Raises:
            MesheryError: ``not_found`` when there is none, ``busy`` while somebody is at work.
        """
        return run(self._native.hand_back(name, encode(options, {})), read_list, progress)

    async def hand_back_async(
        self, name: str, *, options: Spec | None = None, progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """As :meth:`hand_back`, for asyncio."""
        call = self._native.hand_back(name, encode(options, {}))
        return await run_async(call, read_list, progress)
