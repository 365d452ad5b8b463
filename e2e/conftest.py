"""A browser on the running product. What its console says, and a picture of a failure, are kept."""

import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from e2e.browsing import Complaints, OpenPage, Scheme
from e2e.product import Chain
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"

# Without those against background traffic, Chromium looks for its maker's servers at every start.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

FAILED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """The chain, for all tests."""
    chain = Chain(tmp_path_factory.mktemp("chain"))
    try:
        chain.start()
        yield chain
    finally:
        chain.stop()


@pytest.fixture
def chain(running: Chain) -> Chain:
    """The chain as after its first start."""
    running.empty()
    return running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    assert executable, "the browser tests need Chromium: run `make tools`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def open_page(
    browser: Browser, complaints: Complaints, request: pytest.FixtureRequest
) -> Iterator[OpenPage]:
    """Opens a page in a fresh profile; at the end none of them may have complained."""
    contexts: list[BrowserContext] = []

    def open_page(
        address: str,
        *,
        width: int = 1440,
        height: int = 900,
        scheme: Scheme = "light",
        bypass_csp: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=bypass_csp
        )
        context.set_default_timeout(10_000)
        context.on("page", complaints.watch)
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_page
    failed = request.node.stash.get(FAILED, False)
    for number, context in enumerate(contexts):
        for place, page in enumerate(context.pages):
            if failed:
                _picture(page, f"{request.node.name}-{number}-{place}")
        context.close()
    if not failed:
        assert complaints.unexpected() == []


def _picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
    try:
        page.screenshot(path=PICTURES / f"{safe[:120]}.png")
    except Error:
        return  # the page is gone; there is nothing to see


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember for the fixtures that the test itself failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
