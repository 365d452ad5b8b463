"""How lines travel: NDJSON, one object a line, gzip when it pays."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from stacklens.shipper.errors import BadAddressError, BadKeyError

LOGS_PATH = "/api/logs"

# Level 1: log lines shrink to a tenth with it, and higher levels cost several times the CPU.
_GZIP_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Record:
    """A line with its place: host, `log_file`, `offset` and content make its identity.

    `log_file` is the path under which the file was first followed; it stays when the file is
    renamed, so that a line that is sent again after a rotation is known to the server.
    """

    log_file: str
    offset: int
    content: bytes


def endpoint(to: str) -> str:
    """The address to post to: a base URL gets `/api/logs`, one with a path is taken as it is.

    Raises BadAddressError.
    """
    try:
        parts = urlsplit(to)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadAddressError(f"--to {to!r} is not an address; give one like http://127.0.0.1:8000")
    if parts.path in ("", "/"):
        parts = parts._replace(path=LOGS_PATH)
    return urlunsplit(parts._replace(fragment=""))


def bearer(key: str) -> dict[str, str]:
    """The header that carries `key`. Raises BadKeyError, which does not repeat the key."""
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise BadKeyError("the API key holds a blank, a line break or a letter outside of ASCII")
    return {"Authorization": f"Bearer {key}"}


def ndjson(records: Sequence[Record], host: str) -> bytes:
    """One JSON object for each record; bytes that are no UTF-8 become U+FFFD."""
    head = f'{{"host":{_quoted(host)},"log_file":'
    return "".join(
        f'{head}{_quoted(record.log_file)},"log_offset":{record.offset},'
        f'"log":{_quoted(record.content.decode("utf-8", "replace"))}}}\n'
        for record in records
    ).encode()


def packed(body: bytes, *, gzip_from: int) -> tuple[bytes, dict[str, str]]:
    """The body as it is sent and its headers; under `gzip_from` bytes it is not compressed."""
    headers = {"Content-Type": "application/x-ndjson"}
    if len(body) < gzip_from:
        return body, headers
    headers["Content-Encoding"] = "gzip"
    # A resent batch has the same bytes (no time stamp inside), so the server can know it again.
    return gzip.compress(body, _GZIP_LEVEL, mtime=0), headers


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
