"""The built page as files."""

import gzip
from pathlib import Path

import httpx
import pytest
from starlette.exceptions import HTTPException

from api.serving import MakeApp, client_of
from stacklens.api.static import Page

HTML = {"Accept": "text/html,application/xhtml+xml"}
SCRIPT = "assets/index-abc123.js"
GZIPPED = gzip.compress(b"plain", mtime=0)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    web = tmp_path / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>the page</title>")
    (web / "favicon.svg").write_text("<svg/>")
    (web / "odd.bin").write_bytes(b"\0")
    (web / SCRIPT).write_text("plain")
    (web / f"{SCRIPT}.br").write_bytes(b"brotli")
    (web / f"{SCRIPT}.gz").write_bytes(GZIPPED)
    (tmp_path / "secret").write_text("secret")
    (web / "link").symlink_to(tmp_path / "secret")
    return web


@pytest.fixture
def page(make_app: MakeApp, web: Path) -> httpx.AsyncClient:
    return client_of(make_app(web=web), **{"Accept-Encoding": "identity"})


async def test_the_root_is_the_page_and_is_asked_for_each_time(page: httpx.AsyncClient) -> None:
    answer = await page.get("/")
    assert "the page" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    again = await page.get("/", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/alerts/1", "/index.html", "/deep/er/path", "/%00", "/a" * 5000])
async def test_every_address_of_the_page_is_the_page(page: httpx.AsyncClient, path: str) -> None:
    answer = await page.get(path, headers=HTML)
    assert (answer.status_code, "the page" in answer.text) == (200, True)


@pytest.mark.parametrize(
    "path", ["/nothing.js", "/assets/", "/assets", "/%00", "/x" * 3000, "/wsx"]
)
async def test_what_is_no_file_and_no_page_is_404(page: httpx.AsyncClient, path: str) -> None:
    answer = await page.get(path)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


async def test_a_path_below_api_is_never_the_page(page: httpx.AsyncClient) -> None:
    for path in ("/api/nothing", "/api", "/api/"):
        assert (await page.get(path, headers=HTML)).status_code == 404


async def test_hashed_files_are_kept_for_ever(page: httpx.AsyncClient) -> None:
    answer = await page.get(f"/{SCRIPT}")
    assert answer.text == "plain"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert (await page.get("/favicon.svg")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "br"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0", None),
        ("identity", None),
        ("brotli", None),
        ("", None),
    ],
)
async def test_a_compressed_copy_goes_to_who_takes_it(
    page: httpx.AsyncClient, accepted: str, encoding: str | None
) -> None:
    async with page.stream("GET", f"/{SCRIPT}", headers={"Accept-Encoding": accepted}) as answer:
        body = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert body == {"br": b"brotli", "gzip": GZIPPED, None: b"plain"}[encoding]


async def test_only_heads_are_sent_to_who_asks_for_heads(page: httpx.AsyncClient) -> None:
    answer = await page.head(f"/{SCRIPT}")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "/assets/../../secret", "/link"],
)
async def test_nothing_outside_the_folder_is_served(page: httpx.AsyncClient, path: str) -> None:
    answer = await page.get(path)
    assert (answer.status_code, "secret" in answer.json()["detail"]) == (404, False)


async def test_an_unknown_kind_of_file_is_not_guessed(page: httpx.AsyncClient) -> None:
    answer = await page.get("/odd.bin")
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_without_a_built_page_it_says_what_to_do(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.status_code == 200
    assert "make setup" in answer.text
    assert "<script" not in answer.text


async def test_a_socket_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HTTPException):
        await Page(tmp_path)({"type": "websocket", "path": "/x"}, None, None)  # type: ignore[arg-type]
