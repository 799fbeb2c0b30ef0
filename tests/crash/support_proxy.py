"""TCP proxies in a process of their own: a test can cut the way to a server and heal it, and the server never knows.

`python tests/crash/support_proxy.py NAME=PORT:HOST:PORT …`; commands are lines on its standard input: `cut NAME`,
`heal NAME`. A cut way refuses new connections and resets those that are open.
"""

import asyncio
import contextlib
import sys

CHUNK = 65536


class Way:
    def __init__(self, port: int, host: str, target: int) -> None:
        self.port, self.host, self.target = port, host, target
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    async def heal(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for end in list(self._ends):
            end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(self.host, self.target)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, far_writer}
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        self._ends -= {writer, far_writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side ends: then the other side ends too, as if there were one connection."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()


async def main(words: list[str]) -> None:
    ways = {}
    for word in words:
        name, _, rest = word.partition("=")
        port, host, target = rest.split(":")
        ways[name] = Way(int(port), host, int(target))
        await ways[name].heal()
    said = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), sys.stdin)
    while line := (await said.readline()).decode():
        command, name = line.split()
        await (ways[name].cut() if command == "cut" else ways[name].heal())
        print("done", flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
