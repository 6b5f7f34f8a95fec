"""Answers as the weather service gives them, and a server on loopback that gives them."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from fleet_server.kma.observation import Asked

GATEWAY = (
    "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
    "<returnAuthMsg>SERVICE_KEY_IS_NOT_REGISTERED_ERROR</returnAuthMsg>"
    "<returnReasonCode>30</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"
)
Query = dict[str, str]
Answer = tuple[int, str]


def answer(asked: Asked | Query, **values: object) -> str:
    """A normal answer to a question with these values by category."""
    question = asked.parameters if isinstance(asked, Asked) else asked
    items = [
        {
            "baseDate": question["base_date"],
            "baseTime": question["base_time"],
            "category": category,
            "nx": int(question["nx"]),
            "ny": int(question["ny"]),
            "obsrValue": value,
        }
        for category, value in values.items()
    ]
    body = {"dataType": "JSON", "items": {"item": items}, "pageNo": 1, "totalCount": len(items)}
    header = {"resultCode": "00", "resultMsg": "NORMAL_SERVICE"}
    return json.dumps({"response": {"header": header, "body": body}})


def refusal(code: str, words: str) -> str:
    """A refusal in JSON."""
    return json.dumps({"response": {"header": {"resultCode": code, "resultMsg": words}}})


class FakeKma:
    """What it was asked, and what it says next; `say` may wait until `released`."""

    def __init__(self) -> None:
        self.asked: list[Query] = []
        self.say: Callable[[Query], Answer] = lambda query: (200, answer(query, T1H="5"))
        self.released = threading.Event()
        self.url = ""

    @contextlib.contextmanager
    def running(self) -> Iterator[FakeKma]:
        """Serve on loopback."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                fake.asked.append(query)
                status, text = fake.say(query)
                content = text.encode()
                with contextlib.suppress(OSError):  # who asked has hung up
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *_arguments: object) -> None:
                """Nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}/getUltraSrtNcst"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            server.shutdown()
            server.server_close()
            thread.join(timeout=10)
