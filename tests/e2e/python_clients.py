#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's python3-socketio and python3-websockets against tests/conformance.yaml.
Prints TAP."""

import asyncio
import os
import re
import subprocess
import sys
import traceback

try:
    import aiohttp  # noqa: F401 what AsyncClient needs
    import socketio
    import websockets
    from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
except ImportError as error:
    print(f"1..0 # SKIP {error}: ./quickstart check installs it")
    sys.exit(0)

PROGRAM = os.environ.get("TIDEGATE", "./tidegate")
SOURCE = os.environ.get("TG_SOURCE", os.path.join(os.path.dirname(__file__), "../.."))
PLUGINS = os.path.join(os.environ.get("TG_BUILD", "."), "suites/sio-echo")
WAIT_S = 60
BYTES = bytes([0, 1, 2, 128, 255])
WAYS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": None}
BINARY = [BYTES, {"deep": [bytes(3000), "x"]}]
# Each parameter of RFC 7692, alone and together.
COMPRESSIONS = {
    "without compression": None,
    "compressed": {},
    "without the server's context": {"server_no_context_takeover": True},
    "without the client's context": {"client_no_context_takeover": True},
    "with the server's small window": {"server_max_window_bits": 8},
    "with the client's small window": {"client_max_window_bits": 9},
    "with all of it": {"server_no_context_takeover": True, "client_no_context_takeover": True,
                       "server_max_window_bits": 10, "client_max_window_bits": 11},
}


class Gateway:
    def __init__(self):
        self.text = ""
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--config", os.path.join(SOURCE, "tests/conformance.yaml"),
             "--set", "listeners.0.address=127.0.0.1:0", "--set", "plugin_dir=" + PLUGINS,
             "--set", "workers=2", "--set", "drain=300ms",
             "--set", "mounts.1.ping_timeout=4s", "--set", "mounts.1.connect_timeout=1m"],
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            self.text += line
            port = re.search(r" listening: .*port=(\d+)", line)
            if port:
                self.port = port.group(1)
                return
        raise RuntimeError("the gateway did not start:\n" + self.text)

    def stop(self):
        self.process.terminate()
        self.text += self.process.stderr.read()
        status = self.process.wait(60)
        assert status == 0, f"status {status}\n{self.text}"
        assert "Sanitizer" not in self.text and "runtime error" not in self.text, self.text


class Client:
    """A client of python-socketio that keeps what it hears."""

    def __init__(self, gateway, way):
        self.heard = asyncio.Queue()
        self.url = f"http://127.0.0.1:{gateway.port}"
        self.way = way
        self.sio = socketio.AsyncClient(reconnection=False)
        self.sio.on("message-back", self.on_message_back)
        self.sio.on("auth", self.on_auth)

    async def on_message_back(self, *args):
        await self.heard.put(list(args))

    async def on_auth(self, auth):
        await self.heard.put(auth)

    async def next(self):
        return await asyncio.wait_for(self.heard.get(), WAIT_S)

    async def __aenter__(self):
        await self.sio.connect(self.url, transports=WAYS[self.way], auth={"word": "tide"})
        assert await self.next() == {"word": "tide"}
        return self

    async def __aexit__(self, *error):
        await self.sio.disconnect()


async def events(gateway, way):
    async with Client(gateway, way) as client:
        args = ["zwei €🦄", 3, [None, {"vier": True}]]
        await client.sio.emit("message", tuple(args))
        assert await client.next() == args
        await client.sio.emit("message", tuple(BINARY))
        assert await client.next() == BINARY


async def acknowledgements(gateway, way):
    async with Client(gateway, way) as client:
        for args in [[1, "2"], BINARY]:
            answer = await client.sio.call("message-with-ack", tuple(args), timeout=WAIT_S)
            assert list(answer) == args, answer


async def bursts(gateway, way):
    """More at once than its decoder takes in one payload (16)."""
    async with Client(gateway, way) as client:
        for i in range(100):
            await client.sio.emit("message", i)
        assert [await client.next() for _ in range(100)] == [[i] for i in range(100)]


async def heartbeats(gateway):
    """Each transport for longer than the gateway waits for the answer to a ping."""
    async def hold(way):
        async with Client(gateway, way) as client:
            await asyncio.sleep(5)
            assert await client.sio.call("message-with-ack", 1, timeout=WAIT_S) == 1

    await asyncio.gather(*map(hold, WAYS))


async def echo(gateway, options):
    extensions = None
    if options is not None:
        extensions = [ClientPerMessageDeflateFactory(
            **{"client_max_window_bits": True, **options})]
    url = f"ws://127.0.0.1:{gateway.port}/ws-echo"
    async with websockets.connect(url, compression=None, extensions=extensions,
                                  max_size=1 << 24) as socket:
        agreed = getattr(socket, "protocol", socket).extensions  # where websockets 14 has them
        assert bool(agreed) == (options is not None)
        for message in ["", "hello", "tide €🦄 " * 20000, BYTES, bytes(range(256)) * 5000]:
            await socket.send(message)
            assert await asyncio.wait_for(socket.recv(), WAIT_S) == message
        await socket.send(["in ", "three ", "parts"])
        assert await asyncio.wait_for(socket.recv(), WAIT_S) == "in three parts"
        await asyncio.wait_for(await socket.ping(), WAIT_S)


def all_cases(gateway):
    for way in WAYS:
        for case in [events, acknowledgements, bursts]:
            yield f"socketio over {way}: {case.__name__}", case, (gateway, way)
    yield "socketio: heartbeats", heartbeats, (gateway,)
    for name, options in COMPRESSIONS.items():
        yield f"websockets {name}", echo, (gateway, options)


def run(number, name, case):
    try:
        case()
        print(f"ok {number} - {name}", flush=True)
    except Exception:  # whatever it is, the next case wants its turn
        print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), end="")
        print(f"not ok {number} - {name}", flush=True)


def main():
    gateway = Gateway()
    number = 0
    for number, (name, case, args) in enumerate(all_cases(gateway), 1):
        run(number, name, lambda: asyncio.run(asyncio.wait_for(case(*args), 3 * WAIT_S)))
    run(number + 1, "the gateway stops well", gateway.stop)
    print(f"1..{number + 1}")


main()
