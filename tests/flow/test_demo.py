"""`stacklens demo`, the long one and the one that does a round by itself."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import stacklens as package
from conditions import eventually_sync
from running_product import Product, clean_environ, descendants, lives, running, stacklens

SHOP = Path(package.__file__).parents[2] / "demo-pos-app"


@pytest.fixture(autouse=True)
def shop() -> None:
    """The shop must be built: a missing one fails, it is not skipped."""
    assert (SHOP / "dist" / "server.js").exists(), "the shop is not built: make setup"
    assert shutil.which("node"), "node is missing: make setup"


def scratch_left_behind() -> set[Path]:
    return set(Path("/tmp").glob("stacklens-demo-*"))


def test_a_round_by_itself_goes_through_the_whole_chain(tmp_path: Path) -> None:
    before = scratch_left_behind()
    done = stacklens(
        *("demo", "--once"),
        POSTGRES_URL="postgresql://somebodys-own:1/database",
        JIRA_BASE_URL="https://somebodys-own.example",
        KAFKA_BROKERS="somebodys-own:9092",
        http_proxy="http://127.0.0.1:1",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line.split(" ms  ")[1] for line in done.stdout.splitlines() if " ms  " in line]
    assert steps == [
        "everything is up",
        "the console listens",
        "the till answers 201 to an order of p1",
        "the till answers 400 to an order of p2",
        "PRICE_MISSING is on the socket, counted from the till's answer",
        "the till answers 404 to an order of p999",
        "PRODUCT_NOT_FOUND is on the socket, counted from the till's answer",
        "PRICE_MISSING is acknowledged",
        "a ticket is asked for",
        "the ticket is made: SHOP-1",
        "SHOP-1 is in Jira: StackLens Alert: PRICE_MISSING",
    ]
    assert scratch_left_behind() <= before


def test_a_round_that_is_interrupted_fails_and_leaves_nothing(tmp_path: Path) -> None:
    before = scratch_left_behind()
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "stacklens", "demo", "--once"],
        env=clean_environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        eventually_sync(lambda: len(descendants(process.pid)) > 2, within=20)
        pids = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "stacklens: stopped before the round was over" in said
    assert not [pid for pid in pids if lives(pid)]
    assert scratch_left_behind() <= before


def test_the_demo_prints_the_addresses_serves_and_stops_cleanly(tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    opened = tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    browser.chmod(0o755)
    with running(
        tmp_path,
        *(
            "demo",
            "--port",
            "0",
            "--till-port",
            "0",
            "--jira-port",
            "0",
            "--data",
            str(tmp_path / "data"),
        ),
        environ={
            "STACKLENS_DATA": str(tmp_path / "data"),
            "DISPLAY": ":0",
            "BROWSER": str(browser),
            "JIRA_BASE_URL": "https://somebodys-own.example",
        },
    ) as product:
        eventually_sync(lambda: "Ctrl-C" in "\n".join(product.printed))
        addresses = [line.split()[1] for line in product.printed if line.startswith("  ")]
        assert addresses[1] == product.address
        sell_what_has_no_price(product, addresses[0])
        assert "Tickets" in httpx.get(addresses[2], trust_env=False).text
        eventually_sync(lambda: opened.exists() and len(opened.read_text().split()) == 2)
        pids = descendants(product.process.pid)
        assert product.stop(signal.SIGINT) == 0
    assert not [pid for pid in pids if lives(pid)]


def sell_what_has_no_price(product: Product, till: str) -> None:
    with product.client() as client:
        order = {"product_id": "p2", "user_id": "u"}
        assert client.post(f"{till}/order", json=order).status_code == 400
        eventually_sync(lambda: [row["issue_code"] for row in client.get("/api/alerts").json()])
        assert client.get("/api/session").json()["jira"] == {"configured": True}


def test_a_demo_without_node_says_so(tmp_path: Path) -> None:
    refused = stacklens("demo", "--once", PATH=str(tmp_path))
    assert refused.returncode == 1
    said = refused.stderr.splitlines()[-1]
    assert "Node 20 or newer" in said or "make setup" in said


def test_a_round_whose_product_does_not_start_shows_what_it_said(tmp_path: Path) -> None:
    refused = stacklens("demo", "--once", PG_BINDIR=str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr.startswith("stacklens: no PostgreSQL programs found")
    refused = stacklens("demo", "--once", LOG_LEVEL="LOUD")
    assert refused.returncode == 2
    assert "LOG_LEVEL must be one of" in refused.stderr
