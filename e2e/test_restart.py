"""The server dies and comes back, and the page tells the truth all the time."""

from e2e.browsing import REFUSED_SALES, Complaints, OpenPage, live, row_of
from e2e.product import Chain
from playwright.sync_api import expect

GONE = ("net::ERR_", "WebSocket connection to", *REFUSED_SALES)
"""What the browser itself says about a server that is gone."""

BACK_WITHIN_S = 40.0
"""Page and shipper knock again after a pause that grows while nobody answers."""


def test_killed_and_back_the_page_is_live_again_and_nothing_is_double(
    chain: Chain, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expected = GONE
    chain.send(service="before")
    page = live(open_page(chain.console))
    expect(row_of(page, "before")).to_be_visible()
    page.evaluate("window.neverReloaded = true")
    page.mouse.move(5, 5)
    assert chain.product is not None
    chain.product.kill()
    banner = page.get_by_role("status").filter(has_text="Not live")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text("This is the list as of")
    expect(row_of(page, "before")).to_be_visible()

    till = open_page(chain.till)
    till.get_by_role("button", name="Sell Mouse").click()
    expect(till.get_by_role("status")).to_contain_text("Price missing")
    chain.start_product()
    live(page, BACK_WITHIN_S)
    expect(banner).to_have_count(0)
    sold = row_of(page, "pos-demo")
    expect(sold).to_be_visible(timeout=BACK_WITHIN_S * 1000)
    chain.send(service="before")
    expect(row_of(page, "before").get_by_title("seen 2 times")).to_be_visible()
    expect(page.get_by_role("grid").get_by_role("row")).to_have_count(3)
    expect(sold.get_by_title("seen 1 time")).to_be_visible()
    assert page.evaluate("window.neverReloaded") is True
    assert sorted(row["count"] for row in chain.alerts()) == [1, 2]


def test_a_click_while_the_server_is_away_is_taken_back_and_said(
    chain: Chain, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expected = GONE
    chain.send()
    page = live(open_page(chain.console))
    row = row_of(page, "PRICE_MISSING")
    assert chain.product is not None
    expect(row).to_be_visible()
    chain.product.kill()
    row.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Acknowledge did not work.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(row).to_contain_text("New")
    chain.start_product()
    live(page, BACK_WITHIN_S)
    row.get_by_role("button", name="Acknowledge").click()
    expect(row).to_contain_text("Acknowledged")
