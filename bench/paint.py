"""The same way to the eye: request sent by a page → row painted in Chromium, all on its clock."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from playwright.sync_api import Page, sync_playwright

from bench.figures import Figure, Quantity, Sample, gather, must_equal, percentile
from bench.latency import BACKGROUND_BATCH, BACKGROUND_PER_SECOND, LEAD_SECONDS
from bench.lines import failed
from bench.plan import Plan
from bench.product import Product, running_product
from bench.senders import background, own_processes

PAUSE_SECONDS: Final = 0.1

CHROMIUM_FLAGS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # it refuses to run as root without
)

PAINTED: Final = Quantity("request → painted, p50", "ms")
PAINTED_P99: Final = Quantity("request → painted, p99", "ms")
FRAME: Final = Quantity("request → frame in the page, p50", "ms")
INSERTED: Final = Quantity("frame → row in the document, p50", "ms")
SHOWN: Final = Quantity("frame → painted, p50", "ms", at_most=20)
SHOWN_P99: Final = Quantity("frame → painted, p99", "ms")


class _Seen(msgspec.Struct):
    """Milliseconds since the page sent the request."""

    frame: float
    inserted: float
    painted: float


def measure(plan: Plan) -> list[Figure]:
    """`plan.rounds` alerts in a page, `plan.repetitions` times, with other events beside them."""
    with running_product() as product, _open_console(product) as page:
        return gather(
            [_sample(product, page, plan.rounds, number) for number in range(plan.repetitions)]
        )


@contextmanager
def _open_console(product: Product) -> Iterator[Page]:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=executable, args=CHROMIUM_FLAGS
        )
        page = context.pages[0]
        page.add_init_script(path=Path(__file__).with_name("paint.js"))
        with page.expect_websocket() as opened:
            page.goto(product.url)
        opened.value.wait_for_event("framereceived")
        yield page
        context.close()


def _sample(product: Product, page: Page, count: int, number: int) -> Sample:
    with own_processes() as processes:
        seconds = count * 3 * PAUSE_SECONDS + LEAD_SECONDS
        sending = processes.submit(
            background, product.address, BACKGROUND_BATCH, BACKGROUND_PER_SECOND, seconds, "other"
        )
        time.sleep(LEAD_SECONDS)
        seen = [_probe(page, f"probe-{number}-{place}") for place in range(count)]
        sending.result()
    must_equal("alerts painted", len(seen), count)
    painted = [each.painted for each in seen]
    shown = [each.painted - each.frame for each in seen]
    return {
        PAINTED: percentile(painted, 0.5),
        PAINTED_P99: percentile(painted, 0.99),
        FRAME: percentile([each.frame for each in seen], 0.5),
        INSERTED: percentile([each.inserted - each.frame for each in seen], 0.5),
        SHOWN: percentile(shown, 0.5),
        SHOWN_P99: percentile(shown, 0.99),
    }


def _probe(page: Page, product_id: str) -> _Seen:
    line = msgspec.json.decode(failed("browser", product_id))
    seen = msgspec.convert(page.evaluate("line => window.probeAlert(line)", line), _Seen)
    time.sleep(PAUSE_SECONDS)
    return seen
