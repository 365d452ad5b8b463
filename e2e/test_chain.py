"""The main job in a browser: a sale fails, the alert is there, the ticket is in Jira."""

import re

import httpx
import pytest
from e2e.browsing import REFUSED_SALES, Complaints, OpenPage, detail, live, row_of
from e2e.product import Chain, until
from playwright.sync_api import Locator, Page, expect

KEY = re.compile(r"^[A-Z]+-\d+$")


def test_a_sale_fails_and_becomes_an_alert_on_the_screen_and_a_ticket(
    chain: Chain, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expected = REFUSED_SALES
    console = live(open_page(chain.console))
    expect(row_of(console, "PRICE_MISSING")).to_have_count(0)
    console.evaluate("window.neverReloaded = true")

    till = open_page(chain.till)
    till.get_by_role("button", name="Sell Mouse").click()
    expect(till.get_by_role("status")).to_contain_text("Price missing: Mouse")

    row = row_of(console, "PRICE_MISSING")
    expect(row).to_be_visible()
    expect(row).to_contain_text("Critical")
    expect(row).to_contain_text("New")
    row.click()
    pane = detail(console)
    expect(pane.get_by_role("heading", name="PRICE_MISSING")).to_be_focused()
    expect(pane).to_contain_text("Update product pricing in database.")
    expect(pane).to_contain_text("95%")
    expect(pane.get_by_role("region", name="Raw log as a tree")).to_contain_text('"p2"')
    pane.get_by_role("button", name="Acknowledge").click()
    expect(row).to_contain_text("Acknowledged")
    expect(pane.get_by_role("region", name="Changes")).to_contain_text("Acknowledged")

    pane.get_by_role("button", name="Create Jira").click()
    link = row.get_by_role("link", name=KEY)
    expect(link).to_be_visible()
    with console.context.expect_page() as opened:
        link.click()
    ticket = opened.value
    expect(ticket.get_by_role("heading", level=1)).to_have_text("StackLens Alert: PRICE_MISSING")
    expect(ticket.get_by_role("region", name="Description")).to_contain_text("p2")
    [alert] = chain.alerts()
    assert chain.tickets() == [alert["jira_issue_key"]]
    assert ticket.url == alert["jira_url"]
    assert console.evaluate("window.neverReloaded") is True


def test_any_product_id_can_be_sold_and_repeats_are_one_row(
    chain: Chain, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expected = REFUSED_SALES
    console = live(open_page(chain.console))
    till = open_page(chain.till)
    for typed in ("p998", "p999", "<b>p1</b>"):
        till.get_by_label("Sell any product id").fill(typed)
        till.get_by_role("button", name="Sell this id").click()
        expect(till.get_by_role("status")).to_contain_text(typed)
    row = row_of(console, "PRODUCT_NOT_FOUND")
    expect(row).to_have_count(1)
    expect(row.get_by_title("seen 3 times")).to_be_visible()
    expect(row).to_contain_text("Warning")


def test_what_was_undone_is_as_before(chain: Chain, open_page: OpenPage) -> None:
    chain.send()
    console = live(open_page(chain.console))
    row = row_of(console, "PRICE_MISSING")
    row.get_by_role("button", name="Resolve").click()
    expect(row).to_contain_text("Resolved")
    console.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("New")
    assert until(lambda: chain.alerts()[0]["status"] == "NEW")


def test_two_people_who_press_create_at_once_get_one_ticket(
    chain: Chain, open_page: OpenPage
) -> None:
    chain.send()
    pages = [live(open_page(chain.console)) for _ in range(2)]
    for page in pages:
        button = row_of(page, "PRICE_MISSING").get_by_role("button", name="Create Jira")
        # Both are pressed before either page can hear of the other.
        button.evaluate("button => void setTimeout(() => [1, 2].map(() => button.click()), 500)")
    for page in pages:
        expect(row_of(page, "PRICE_MISSING").get_by_role("link", name=KEY)).to_be_visible()
    assert len(chain.tickets()) == 1


def test_a_change_by_another_person_is_shown_and_told(chain: Chain, open_page: OpenPage) -> None:
    """Both look at version 1; the second click is told that it came too late."""
    chain.send()
    page = live(open_page(chain.console))
    row = row_of(page, "PRICE_MISSING")
    expect(row).to_contain_text("New")
    [alert] = until(chain.alerts)
    httpx.post(f"{chain.console}/api/alerts/{alert['id']}/acknowledge").raise_for_status()
    expect(row).to_contain_text("Acknowledged")
    expect(row.get_by_role("button", name="Acknowledge")).to_be_disabled()


@pytest.mark.parametrize("place", ["list", "detail"])
def test_new_alerts_do_not_move_what_is_being_read(
    chain: Chain, open_page: OpenPage, place: str
) -> None:
    for number in range(5):
        chain.send(service=f"shop-{number}")
    page = live(open_page(chain.console))
    row = row_of(page, "shop-2")
    expect(row_of(page, "shop-4")).to_be_visible()
    if place == "detail":
        row.click()
        expect(detail(page)).to_be_visible()
        page.mouse.move(5, 5)
    else:
        row.hover()
    before = row.bounding_box()
    for number in range(3):
        chain.send(service=f"late-{number}")
    waiting = page.get_by_role("button", name="3 new alerts")
    expect(waiting).to_be_visible()
    assert row.bounding_box() == before
    expect(row_of(page, "late-")).to_have_count(0)
    waiting.click()
    expect(row_of(page, "late-")).to_have_count(3)


def test_a_new_alert_comes_in_at_the_top_when_nobody_reads(
    chain: Chain, open_page: OpenPage
) -> None:
    chain.send(service="first")
    page = live(open_page(chain.console))
    expect(row_of(page, "first")).to_be_visible()
    page.mouse.move(5, 5)
    chain.send(service="second")
    expect(row_of(page, "second")).to_be_visible()
    rows = page.get_by_role("grid").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("second")
    expect(rows.nth(2)).to_contain_text("first")


def test_by_keyboard_alone(chain: Chain, open_page: OpenPage) -> None:
    chain.send(service="shop-a")
    chain.send(service="shop-b")
    page = live(open_page(chain.console))
    expect(row_of(page, "shop-a")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the alerts")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    row = row_of(page, "shop-a")
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(detail(page).get_by_role("heading", name="PRICE_MISSING")).to_be_focused()
    page.keyboard.press("a")
    expect(row).to_contain_text("Acknowledged")
    expect(page.get_by_text("Acknowledged PRICE_MISSING")).to_be_visible()
    page.keyboard.press("c")
    expect(row.get_by_role("link", name=KEY)).to_be_visible()
    page.keyboard.press("Escape")
    expect(detail(page)).to_have_count(0)
    expect(row).to_be_focused()
    page.keyboard.press("e")
    expect(page.get_by_text("Resolved PRICE_MISSING")).to_be_visible()
    expect(row).to_contain_text("Resolved")
    page.keyboard.press("u")
    expect(row).to_contain_text("Acknowledged")
    page.keyboard.press("ArrowUp")
    expect(row_of(page, "shop-b")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


def test_by_tab_and_enter_alone(chain: Chain, open_page: OpenPage) -> None:
    """Without a single letter: every control is reached by Tab and pressed by Enter."""
    chain.send()
    page = live(open_page(chain.console))
    row = row_of(page, "PRICE_MISSING")
    tab_to(page, row)
    tab_to(page, row.get_by_role("button", name="Acknowledge"))
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Acknowledged")
    tab_to(page, row.get_by_role("button", name="Create Jira"))
    page.keyboard.press("Enter")
    expect(row.get_by_role("link", name=KEY)).to_be_visible()


def tab_to(page: Page, target: Locator) -> None:
    for _ in range(40):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}")
