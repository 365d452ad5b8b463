"""What the browser tests share: opening pages, and what the pages complained about."""

from collections.abc import Callable
from typing import Literal

from playwright.sync_api import Locator, Page, expect

Scheme = Literal["light", "dark"]
OpenPage = Callable[..., Page]
"""open_page(address, width=, height=, scheme=, bypass_csp=), see conftest.py."""

REFUSED_SALES = ("status of 400", "status of 404")
"""What Chromium itself says when the till is refused; it is the point of the till."""


class Complaints:
    """What pages complained about; a test may expect some of it."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self.expected: tuple[str, ...] = ()

    def watch(self, page: Page) -> None:
        page.on("console", lambda said: self._note(said.type, f"{said.text} ({said.location})"))
        page.on("pageerror", lambda error: self._note("error", str(error)))

    def unexpected(self) -> list[str]:
        return [one for one in self.all if not any(words in one for words in self.expected)]

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.all.append(f"{kind}: {text}")


def live(page: Page, within: float = 5.0) -> Page:
    """The page, once it follows the stream; `within` is in seconds."""
    mark = page.get_by_role("status").get_by_text("Live", exact=True)
    expect(mark).to_be_visible(timeout=within * 1000)
    return page


def row_of(page: Page, name: str) -> Locator:
    """The row of the list that shows this text."""
    return page.get_by_role("grid", name="Alerts").get_by_role("row").filter(has_text=name)


def detail(page: Page) -> Locator:
    """The pane of the open alert."""
    return page.get_by_role("complementary", name="Alert")
