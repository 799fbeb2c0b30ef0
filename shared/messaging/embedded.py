"""Two mends that kombu's in-process transport needs before nameko can run on it (the embedded set-up)."""

from typing import Any

from kombu.transport import memory, virtual

POLLING_SECONDS = 0.005


class _Message(virtual.Message):
    """nameko reads the content type of a request from its properties to encode the reply alike."""

    def __init__(self, payload: dict[str, Any], channel: Any = None, **kwargs: Any) -> None:
        payload["properties"].setdefault("content_type", payload.get("content-type"))
        payload["properties"].setdefault("content_encoding", payload.get("content-encoding"))
        super().__init__(payload, channel=channel, **kwargs)


def mend() -> None:
    memory.Channel.Message = _Message
    memory.Transport.polling_interval = POLLING_SECONDS
