"""The pictures in docs/pictures, made from the running product: `make pictures`."""

import json
import shutil
import tempfile
from pathlib import Path

import httpx
from e2e.browsing import detail, live, row_of
from e2e.conftest import CHROMIUM_ARGUMENTS
from e2e.product import ROOT, Chain
from playwright.sync_api import Browser, expect, sync_playwright

FOLDER = ROOT / "docs" / "pictures"

OTHERS = (
    ("payments", "error", "Terminal 17 at store-4 did not answer within 30 s", "TERMINAL_TIMEOUT"),
    ("stock-sync", "error", "Connection pool exhausted: 20 of 20 in use", None),
    ("receipts", "fatal", "Printer driver crashed with signal 11", None),
)


def main() -> None:
    """Start the chain, let sales fail, and take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chain = Chain(Path(folder))
        try:
            chain.start()
            fail_some_sales(chain)
            executable = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(
                executable_path=executable, args=CHROMIUM_ARGUMENTS
            )
            for scheme in ("light", "dark"):
                picture(browser, chain, scheme)
            browser.close()
        finally:
            chain.stop()


def fail_some_sales(chain: Chain) -> None:
    """A till without prices, and three other services with troubles of their own."""
    for product in ("p1", "p999", *["p2"] * 7):
        httpx.post(f"{chain.till}/order", json={"product_id": product, "user_id": "anna"})
    lines = [
        {"service": service, "env": "production", "level": level, "message": message}
        | ({"error_code": code} if code else {})
        for service, level, message, code in OTHERS
    ]
    httpx.post(f"{chain.console}/api/logs", content=json.dumps(lines)).raise_for_status()


def picture(browser: Browser, chain: Chain, scheme: str) -> None:
    """The console with the alert of the missing price open; its ticket is made the first time."""
    page = browser.new_page(
        viewport={"width": 1440, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.goto(chain.console)
    live(page)
    row_of(page, "PRICE_MISSING").get_by_text("PRICE_MISSING").click()
    pane = detail(page)
    create = pane.get_by_role("button", name="Create Jira")
    if create.count() and create.is_enabled():
        create.click()
    expect(row_of(page, "PRICE_MISSING")).to_contain_text("SHOP-1", timeout=10_000)
    page.screenshot(path=FOLDER / f"console-{scheme}.png")


if __name__ == "__main__":
    main()
