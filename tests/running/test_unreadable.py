"""What the web server can't read as a request: answered like the house, in both languages, and nothing of it is kept."""

import email
import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace

from tests.running.test_serving import log, port, served
from tests.web.policy import lacking

__all__ = ["log", "port", "served"]
MARK = "zq-this-was-sent"
HOST = "Host: 127.0.0.1"
UNREADABLE = {
    "a header of 70 KB": (431, f"GET / HTTP/1.1\r\n{HOST}\r\nCookie: {MARK}{'x' * 70_000}\r\n\r\n"),
    "a hundred and fifty headers": (
        431,
        f"GET / HTTP/1.1\r\n{HOST}\r\n{''.join(f'X-{n}: {MARK}{chr(13)}{chr(10)}' for n in range(150))}\r\n",
    ),
    "an address of 10 KB": (414, f"GET /{MARK}{'x' * 10_000} HTTP/1.1\r\n{HOST}\r\n\r\n"),
    "rubbish": (400, f"\x16\x03\x01\x02{MARK}\xff\xfe\r\n\r\n"),
    "a method of brackets": (400, f"<{MARK}> / HTTP/1.1\r\n{HOST}\r\n\r\n"),
    "no version": (400, f"GET /{MARK} HTTP/9\r\n{HOST}\r\n\r\n"),
    "a length in letters": (400, f"POST /{MARK} HTTP/1.1\r\n{HOST}\r\nContent-Length: many\r\n\r\n"),
    "a length below zero": (400, f"POST /{MARK} HTTP/1.1\r\n{HOST}\r\nContent-Length: -5\r\n\r\n"),
    "two lengths": (400, f"POST /{MARK} HTTP/1.1\r\n{HOST}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
    "chunked twice": (
        400,
        f"POST /{MARK} HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    "an unknown coding": (501, f"POST /{MARK} HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding: {MARK}\r\n\r\n"),
}


def answer_to(port: int, sent: str) -> tuple[int, SimpleNamespace, str]:
    """Status, headers and page, read to the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as asked:
        asked.sendall(sent.encode("latin-1"))
        told = b"".join(iter(lambda: asked.recv(65536), b""))
    head, _, page = told.partition(b"\r\n\r\n")
    line, _, headers = head.decode("latin-1").partition("\r\n")
    said = SimpleNamespace(headers=email.message_from_string(headers))
    assert int(said.headers["Content-Length"] or len(page)) == len(page)
    return int(line.split()[1]), said, page.decode()


def test_it_is_answered_like_the_house_and_nothing_of_it_is_kept(
    served: subprocess.Popen[str], port: int, log: Path
) -> None:
    for name, (status, sent) in UNREADABLE.items():
        before = len(log.read_text().splitlines())
        found, response, page = answer_to(port, sent)
        assert (name, found) == (name, status)
        assert lacking(response, signed_in=True) == [], name
        assert "没有保存任何内容" in page, name
        assert "Nothing was saved" in page, name
        assert "gunicorn" not in page.lower() + str(response.headers).lower(), name
        assert MARK not in page + str(response.headers), name
        assert len(log.read_text().splitlines()) == before + 1, name
    assert MARK not in log.read_text()
    # Whoever is served by the same process is answered as ever.
    assert answer_to(port, f"GET /healthz HTTP/1.1\r\n{HOST}\r\nConnection: close\r\n\r\n")[0] == 200


def test_whoever_goes_away_in_the_middle_says_nothing(served: subprocess.Popen[str], port: int, log: Path) -> None:
    """A length that is never reached: all threads are free again, and nothing of it is in the log."""
    before = log.read_text()
    for _ in range(12):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as asked:
            asked.sendall(f"POST /healthz HTTP/1.1\r\n{HOST}\r\nContent-Length: 500\r\n\r\n{MARK}".encode())
    assert answer_to(port, f"GET /healthz HTTP/1.1\r\n{HOST}\r\nConnection: close\r\n\r\n")[0] == 200
    assert MARK not in log.read_text().removeprefix(before)
