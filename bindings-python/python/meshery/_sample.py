"""Sample applications: what to try a mesh on."""

from typing import Any

from meshery import _native
from meshery._call import Spec, encode, read_list, read_object

__all__ = ["sample_spec", "samples"]


def samples() -> list[dict[str, Any]]:
    """What is known of every sample application, each by the schema ``sample-info``.

    >>> import meshery
    >>> [sample["name"] for sample in meshery.samples()]
    ['bookinfo', 'echo', 'emojivoto', 'httpbin']
    """
    return read_list(_native.samples())


def sample_spec(spec: Spec | None = None, **fields: Any) -> dict[str, Any]:
    """The instance that a sample is on a cluster, for :meth:`meshery.Lifecycle.plan` and others.

    >>> import meshery
    >>> meshery.sample_spec(sample="echo", namespace="shop")["namespace"]
    'shop'

    Args:
        spec: What is wanted, by the schema ``sample-spec``.
        **fields: Fields of the specification, which go before those of ``spec``.

    Returns:
        By the schema ``instance-spec``.

    Raises:
        MesheryError: ``invalid_input`` at ``sample`` for one that there is not, at ``name`` and
            ``namespace`` for what Kubernetes does not take, and at ``settings`` for what the sample
            does not understand.
    """
    return read_object(_native.sample_spec(encode(spec, fields)))
