"""Somebody else's server: a real HTTP receiver in a thread that remembers what it was told and answers as it is bid."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Receiver:
    """What arrived, and what is answered; `answer` may be a function of the path."""

    port: int = 0
    host: str = "127.0.0.1"
    arrived: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[str], Answer] = lambda _path: (200, {}, b"thanks")

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def says(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.answer = lambda _path: (status, headers, body)


@contextmanager
def receiving(host: str = "127.0.0.1", port: int = 0) -> Iterator[Receiver]:
    receiver = Receiver(host=host)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            receiver.arrived.append((self.path, {name.lower(): text for name, text in self.headers.items()}, body))
            status, headers, content = receiver.answer(self.path)
            self.send_response(status)
            for name, text in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, text)
            self.end_headers()
            try:
                self.wfile.write(content)
            except OSError:
                return  # the caller had read enough

        do_GET = do_POST  # noqa: N815 - the library's name

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((host, port), Handler)
    receiver.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
