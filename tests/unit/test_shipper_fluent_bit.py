"""The ready configuration for Fluent Bit: what keeps lines from being lost is switched on."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "deploy" / "shippers" / "fluent-bit"

Section = tuple[str, dict[str, str]]


def parsed(file: str) -> list[Section]:
    """The sections of a file in Fluent Bit's classic format, in order; keys in lower case."""
    sections: list[Section] = []
    for line in (FOLDER / file).read_text().splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if heading := re.fullmatch(r"\[([A-Z_]+)\]", line):
            sections.append((heading[1], {}))
            continue
        entry = re.fullmatch(r" {4}(\S+)\s+(\S.*)", line)
        assert entry, f"{file}: neither a section, an entry nor a comment: {line!r}"
        keys = sections[-1][1]
        assert entry[1].lower() not in keys, f"{file}: {entry[1]} is given twice"
        keys[entry[1].lower()] = entry[2]
    return sections


def only(name: str, file: str = "fluent-bit.conf") -> dict[str, str]:
    (section,) = [keys for kind, keys in parsed(file) if kind == name]
    return section


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("SERVICE", {"parsers_file": "parsers.conf", "scheduler.cap": "60"}),
        (
            "INPUT",
            {
                "name": "tail",
                "parser": "winston",
                "read_from_head": "on",
                "skip_long_lines": "on",
                "path_key": "log_file",
                "offset_key": "log_offset",
                "storage.type": "filesystem",
            },
        ),
        (
            "OUTPUT",
            {
                "name": "http",
                "uri": "/api/logs",
                "format": "json_lines",
                "json_date_format": "iso8601",
                "compress": "gzip",
                "retry_limit": "no_limits",
            },
        ),
    ],
)
def test_what_protects_against_loss_is_set(section: str, expected: dict[str, str]) -> None:
    assert only(section).items() >= expected.items()


def test_chunks_and_positions_are_kept_in_the_state_folder() -> None:
    assert only("SERVICE")["storage.path"].startswith("${FLUENT_BIT_STATE}/")
    assert only("INPUT")["db"].startswith("${FLUENT_BIT_STATE}/")
    # A limit would make Fluent Bit drop the oldest chunks when the server is away for long.
    assert "storage.total_limit_size" not in only("OUTPUT")


def test_the_output_and_the_filter_match_what_the_input_tags() -> None:
    tag = only("INPUT")["tag"]
    for section in ("FILTER", "OUTPUT"):
        assert re.fullmatch(only(section)["match"].replace("*", ".*"), tag)


def test_the_parser_reads_the_time_of_the_shop_and_leaves_it_in_the_record() -> None:
    parser = only("PARSER", "parsers.conf")

    assert parser["name"] == only("INPUT")["parser"]
    assert (parser["format"], parser["time_key"], parser["time_keep"]) == (
        "json",
        "timestamp",
        "on",
    )


def test_every_variable_is_explained_and_no_key_stands_in_the_files() -> None:
    text = (FOLDER / "fluent-bit.conf").read_text()
    readme = (FOLDER / "README.md").read_text()

    used = set(re.findall(r"\$\{(\w+)\}", text))
    assert used
    assert {name for name in used if not re.search(rf" {name}=", readme)} == set()
    assert only("OUTPUT")["header"] == "Authorization Bearer ${STACKLENS_API_KEY}"
