"""Log lines that would like to be more than text."""

from e2e.browsing import REFUSED_SALES, Complaints, OpenPage, detail, live, row_of
from e2e.product import Chain
from playwright.sync_api import expect

SCRIPT = "<script>window.struck = true</script><img src=x onerror='window.struck = true'>"
ANSI = "\x1b[31mred\x1b[0m \x1b]8;;http://evil\x07link\x1b]8;;\x07"
BIDI = "safe \u202egnp.exe"


def test_markup_and_escape_codes_in_a_log_are_shown_as_text(
    chain: Chain, open_page: OpenPage
) -> None:
    chain.send(message=SCRIPT, error_code=SCRIPT, service="<b>shop</b>", env="{{7*7}}")
    chain.send(message=ANSI, error_code=None, service="ansi", stack=BIDI)
    page = live(open_page(chain.console))
    row = row_of(page, "<b>shop</b>")
    expect(row).to_contain_text("<script>window.struck = true</script>")
    row.click()
    pane = detail(page)
    expect(pane).to_contain_text("<script>window.struck = true</script>")
    expect(pane.get_by_role("region", name="Raw log as a tree")).to_contain_text("onerror=")
    pane.get_by_role("button", name="Create Jira").click()
    with page.context.expect_page() as opened:
        row.get_by_role("link", name="-1").click()
    ticket = opened.value
    expect(ticket.get_by_role("region", name="Description")).to_contain_text("onerror=")

    for shown in (page, ticket):
        assert shown.evaluate("window.struck") is None
        assert shown.locator("img, script:not([src])").count() == 0
        assert "struck" not in shown.evaluate(
            "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
            ".filter(a => a.name.startsWith('on')).map(a => a.value).join()"
        )
    row_of(page, "ansi").click()
    expect(pane).to_contain_text("\\u001b[31mred\\u001b[0m")
    expect(pane).to_contain_text("safe \\u202egnp.exe")


def test_the_till_shows_what_was_typed_as_text(
    chain: Chain, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expected = REFUSED_SALES
    till = open_page(chain.till)
    till.get_by_label("Sell any product id").fill(SCRIPT)
    till.get_by_role("button", name="Sell this id").click()
    expect(till.get_by_role("status")).to_contain_text("<script>")
    assert till.evaluate("window.struck") is None
