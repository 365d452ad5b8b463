"""Log lines as the till of the demo writes them, about 350 bytes each, every one a new event."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec

ERROR_EVERY: Final = 100
"""One line in so many is an error."""

BROKEN_PRODUCTS: Final = 5
"""Products without a price: the errors of one stretch of lines become so many alerts."""

_encoder: Final = msgspec.json.Encoder()


def lines(count: int, env: str) -> Iterator[bytes]:
    """`count` lines without their ends, one in ERROR_EVERY an error; `env` tells runs apart."""
    for number in range(1, count + 1):
        if number % ERROR_EVERY:
            yield sold(env)
        else:
            yield failed(env, f"p2-{number // ERROR_EVERY % BROKEN_PRODUCTS}")


def batches(count: int, size: int, env: str) -> list[bytes]:
    """`count` NDJSON bodies of `size` lines."""
    source = lines(count * size, env)
    return [b"\n".join(next(source) for _ in range(size)) for _ in range(count)]


def sold(env: str) -> bytes:
    """The line of a sale."""
    return _line(
        env, action="create_order", level="info", message="Order created successfully",
        product_id="p1", price=999.99,
    )  # fmt: skip


def failed(env: str, product_id: str) -> bytes:
    """The line of a sale that failed because the product has no price."""
    return _line(
        env, action="create_order", level="error", message="Product price is null",
        product_id=product_id, price=None, error_code="PRICE_MISSING",
    )  # fmt: skip


def _line(env: str, **members: object) -> bytes:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return _encoder.encode(
        {
            **members,
            "request_id": str(uuid.UUID(int=random.getrandbits(128), version=4)),
            "user_id": f"user-{random.randrange(10_000)}",
            "service": "pos-demo",
            "env": env,
            "app_version": "1.0.0",
            "store_id": f"store-{random.randrange(20):02d}",
            "till_id": f"till-{random.randrange(8)}",
            "timestamp": f"{now[:-6]}Z",
        }
    )
