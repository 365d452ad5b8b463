"""The bounds within which a shipper works; the defaults suit a till as well as a busy server."""

import socket
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ShipperOptions:
    """Sizes in bytes, times in seconds.

    `batch_lines` and `batch_bytes` bound one request before JSON escaping, which makes it six times
    as long at worst: far under the 32 MiB that the server takes. A longer line than `line_bytes` is
    set aside. `rotated_grace` is how long a file that left its name may stay quiet before it is
    dropped. `save_delay` keeps the fsync of the positions out of the way of the server's commits
    that follow an answer; a crash within it only means that some lines are sent twice.
    """

    host: str = field(default_factory=socket.gethostname)
    batch_lines: int = 1_000
    batch_bytes: int = 1 << 20
    line_bytes: int = 1 << 20
    gzip_from: int = 8 << 10
    rescan_every: float = 30.0
    rotated_grace: float = 60.0
    save_delay: float = 0.25
    backoff_base: float = 0.2
    backoff_cap: float = 30.0
    request_timeout: float = 60.0
    stop_grace: float = 3.0
