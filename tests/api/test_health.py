"""Alive, ready, and how far the work has come."""

import asyncio
from datetime import timedelta

import httpx
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from api.alerting import NOW, a_finding, record
from api.serving import BUILD, GROUP, MakeApp, client_of
from stacklens.api.app import Door, create_app
from stacklens.api.health import HealthRoutes
from stacklens.auth.authenticator import Authenticator
from stacklens.db.tables import consumer_offsets, event_log_heads


async def fine() -> None:
    """It is there."""


async def broken() -> None:
    raise ConnectionError("it is not there, and this is a secret address")


async def stuck() -> None:
    await asyncio.Event().wait()


async def test_a_process_that_answers_is_alive(make_app: MakeApp) -> None:
    door = Door(Authenticator("secret"), checks={"database": broken})
    async with client_of(make_app(door=door)) as client:
        answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_it_is_ready_when_every_check_holds() -> None:
    app = create_app(Door(Authenticator(None), checks={"database": fine}), [], build=BUILD)
    async with client_of(app) as client:
        answer = await client.get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "missing": []})


async def test_it_names_what_is_missing_and_no_more() -> None:
    checks = {"database": broken, "rules": fine}
    app = create_app(Door(Authenticator("secret"), checks=checks), [], build=BUILD)
    async with client_of(app) as client:
        answer = await client.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "missing": ["database"]}


async def test_a_check_that_does_not_end_is_missing() -> None:
    routes = HealthRoutes({"database": stuck, "log": fine}, timeout=0.01)
    assert (await routes.ready()).body == b'{"status":"not ready","missing":["database"]}'


async def test_a_new_install_has_nothing_to_show(client: httpx.AsyncClient) -> None:
    status = (await client.get("/api/status")).json()
    assert status["build"] == BUILD
    assert status["position"].endswith(":0")
    assert (status["lag"], status["last_event_at"]) == (0, None)
    assert status["counts"] == {"NEW": 0, "ACKNOWLEDGED": 0, "RESOLVED": 0}


async def test_the_status_counts_alerts_and_events_that_wait(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    [one, *_] = await record(engine, *(a_finding(f"p{number}") for number in range(3)))
    await client.post(f"/api/alerts/{one}/resolve")
    async with engine.begin() as connection:
        await connection.execute(event_log_heads.delete())
        for partition, head in enumerate((100, 50, 7)):
            await connection.execute(
                insert(event_log_heads).values(
                    partition=partition, next_offset=head, arrival_time=NOW
                )
            )
        for group, partition, reached in ((GROUP, 0, 90), (GROUP, 1, 50), ("another", 2, 7)):
            await connection.execute(
                insert(consumer_offsets).values(
                    consumer_group=group,
                    partition=partition,
                    next_offset=reached,
                    arrival_time=NOW + timedelta(seconds=partition),
                )
            )
    status = (await client.get("/api/status")).json()
    assert status["counts"] == {"NEW": 2, "ACKNOWLEDGED": 0, "RESOLVED": 1}
    assert status["lag"] == 10 + 0 + 7
    assert status["last_event_at"] == "2026-11-22T16:35:01Z"
    assert status["position"].endswith(":4")
