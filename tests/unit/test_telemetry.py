"""Log lines: JSON, one for each line, no secrets."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from stacklens.telemetry import LOGGER, Action, configure_logging, log


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What is logged at INFO; the logging of the test run comes back afterwards."""
    root, level = logging.getLogger(), LOGGER.level
    handlers, root_level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("INFO", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(root_level)
    LOGGER.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_time_level_action_and_fields(stream: io.StringIO) -> None:
    log(Action.ALERT_OPENED, alert_id="a1", count=3)
    (line,) = lines(stream)
    assert str(line.pop("time")).endswith("+00:00")
    assert line == {
        "level": "info",
        "action": "alert_opened",
        "logger": "stacklens",
        "alert_id": "a1",
        "count": 3,
    }


def test_fields_do_not_take_the_place_of_what_every_line_has(stream: io.StringIO) -> None:
    log(Action.STARTED, logger="mine", time="never")
    (line,) = lines(stream)
    assert line["logger"] == "stacklens"
    assert line["time"] != "never"


def failure() -> BaseException:
    with pytest.raises(ValueError, match="first") as caught:
        raise ValueError("first line\n[SQL: INSERT …]\n[parameters: ('secret',)]")
    return caught.value


def test_an_error_is_told_in_one_line_and_without_its_trace(stream: io.StringIO) -> None:
    log(Action.APPEND_FAILED, level=logging.ERROR, error=failure())
    (line,) = lines(stream)
    assert (line["level"], line["error"]) == ("error", "ValueError: first line")
    assert "secret" not in stream.getvalue()
    assert "trace" not in line


def test_the_trace_comes_at_level_debug(stream: io.StringIO) -> None:
    LOGGER.setLevel("DEBUG")
    log(Action.APPEND_FAILED, error=failure())
    (line,) = lines(stream)
    assert "in failure" in str(line["trace"])


def test_an_error_may_be_words_and_they_are_bounded(stream: io.StringIO) -> None:
    log(Action.APPEND_FAILED, error="x" * 10_000)
    assert lines(stream)[0]["error"] == "x" * 1_000


def test_levels_below_the_one_that_is_set_are_silent(stream: io.StringIO) -> None:
    log(Action.STARTED, level=logging.DEBUG)
    assert stream.getvalue() == ""


def test_other_libraries_speak_from_warning_on(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn").info("hidden")
    logging.getLogger("uvicorn").warning("shown %s", "once")
    (line,) = lines(stream)
    assert (line["logger"], line["action"]) == ("uvicorn", "shown once")


@pytest.mark.parametrize("text", ["a\nb", "\x1b[31mred", "\x9b31m", "\ud800", "<script>", "ü"])
def test_whatever_is_logged_stays_on_one_line_of_ascii(stream: io.StringIO, text: str) -> None:
    log(Action.REQUEST_REFUSED, path=text, other=object())
    written = stream.getvalue()
    assert written.isascii()
    assert written[:-1].isprintable()
    assert lines(stream)[0]["path"] == text


def test_without_a_stream_it_is_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level, ours = root.handlers[:], root.level, LOGGER.level
    configure_logging("warning")
    log(Action.STOPPED, level=logging.WARNING)
    root.handlers[:] = handlers
    root.setLevel(level)
    LOGGER.setLevel(ours)
    assert json.loads(capsys.readouterr().err)["action"] == "stopped"


def test_actions_are_words_that_can_be_searched_for() -> None:
    assert len(set(Action)) == len(Action)
    assert all(action.isidentifier() and action.islower() for action in Action)
