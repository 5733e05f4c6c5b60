"""gRPC, against a server of Google's own."""

from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc

import meshery
from support import check_schema


class _Echo(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Sends the bytes of a message back, or refuses an empty one."""

    def service(self, details: Any) -> Any:
        if details.method != "/shop.Cart/Echo":
            return None
        return grpc.unary_unary_rpc_method_handler(self._echo)

    def _echo(self, message: bytes, context: Any) -> bytes:
        if not message:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "empty")
        return message


@contextmanager
def server() -> Iterator[str]:
    """The URL of its one method."""
    served = grpc.server(futures.ThreadPoolExecutor(2))
    served.add_generic_rpc_handlers((_Echo(),))
    port = served.add_insecure_port("127.0.0.1:0")
    served.start()
    yield f"grpc://127.0.0.1:{port}/shop.Cart/Echo"
    served.stop(None)


def test_calls_are_counted_by_their_grpc_status() -> None:
    load = {"protocol": "grpc", "stop": {"count": 100}, "warm_up": "0s", "connections": 1}
    with server() as target:
        found = meshery.run_load(
            load,
            target=target,
            streams=4,
            pace={"constant": "200/s"},
            request={"messages": ["hello {{counter}}"], "metadata": [["x-test", "1"]]},
            checks=[{"body": {"matches": "^hello [0-9]+$"}}],
        )
        refused = meshery.run_load(load, target=target, request={"messages": [""]})
    check_schema("measurement", found)
    assert found["measured"]["counts"]["fates"] == {"ok": 100}, found["check_failures"]
    assert found["measured"]["counts"]["statuses"] == {"0": 100}
    assert refused["measured"]["counts"]["fates"] == {"status": 100}
    assert refused["measured"]["counts"]["statuses"] == {"3": 100}
