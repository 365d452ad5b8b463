"""axe finds nothing, in light and dark, at every width, in every state of the page."""

from typing import Any

import pytest
from e2e.browsing import REFUSED_SALES, Complaints, OpenPage, Scheme, detail, live, row_of
from e2e.product import ROOT, Chain
from playwright.sync_api import Page, expect

AXE = ROOT / "apps/web/node_modules/axe-core/axe.min.js"
WIDTHS = {1440: 900, 820: 1180, 390: 844}


def found_by_axe(page: Page) -> list[str]:
    """What axe has to say about the page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    result: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


@pytest.fixture
def busy_shop(chain: Chain) -> Chain:
    """One alert of each severity and state."""
    chain.send()
    chain.send(error_code="PRODUCT_NOT_FOUND", message="Product not found", product_id="p9")
    chain.send(error_code=None, message="Till 17 lost its drawer", stack="at till.ts:17")
    return chain


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_in_list_and_detail(
    busy_shop: Chain, open_page: OpenPage, width: int, scheme: Scheme
) -> None:
    page = live(
        open_page(
            busy_shop.console, width=width, height=WIDTHS[width], scheme=scheme, bypass_csp=True
        )
    )
    expect(row_of(page, "UNKNOWN")).to_be_visible()
    assert found_by_axe(page) == []
    row_of(page, "PRICE_MISSING").click()
    pane = detail(page)
    expect(pane.get_by_role("region", name="Changes")).to_be_visible()
    assert found_by_axe(page) == []
    pane.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    pane.get_by_role("button", name="Create Jira").click()
    expect(pane.get_by_role("region", name="Jira ticket").get_by_role("link")).to_be_visible()
    assert found_by_axe(page) == []
    assert fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_dialogs_and_empty_lists(
    chain: Chain, open_page: OpenPage, scheme: Scheme
) -> None:
    page = live(open_page(chain.console, scheme=scheme, bypass_csp=True))
    expect(page.get_by_text("All is well.").or_(page.get_by_text("No logs"))).to_be_visible()
    assert found_by_axe(page) == []
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    assert found_by_axe(page) == []
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    assert found_by_axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_till_and_in_the_sandbox(
    busy_shop: Chain, open_page: OpenPage, complaints: Complaints, scheme: Scheme
) -> None:
    complaints.expected = REFUSED_SALES
    for width in WIDTHS:
        till = open_page(busy_shop.till, width=width, scheme=scheme, bypass_csp=True)
        till.get_by_role("button", name="Sell Mouse").click()
        expect(till.get_by_role("status")).to_contain_text("Price missing")
        assert found_by_axe(till) == []
        jira = open_page(busy_shop.jira, width=width, scheme=scheme, bypass_csp=True)
        assert found_by_axe(jira) == []


def fits(page: Page) -> bool:
    """Nothing makes the page itself wider than the screen."""
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return fits
