"""What Jira says about the fields of a create request, in Jira's own words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from stacklens.jira_sandbox.adf_check import problems

SUMMARY_LIMIT: Final = 255
TEXT_LIMIT: Final = 32_767
LABEL_LIMIT: Final = 255
PROPERTY_LIMIT: Final = 32_768

ISSUE_TYPES: Final[Mapping[str, str]] = {"10001": "Task", "10002": "Bug", "10003": "Story"}
PRIORITIES: Final[Mapping[str, str]] = {"2": "High", "3": "Medium", "4": "Low"}

KNOWN_FIELDS: Final = frozenset(
    {"project", "issuetype", "summary", "description", "labels", "priority"}
)


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """Jira's error collection: general messages, and one for a field."""

    messages: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.messages or self.errors)


def check_create(body: Mapping[str, object], projects: frozenset[str]) -> FieldErrors:
    """Everything that Jira would refuse about `body`; false when it would create the issue."""
    fields = body.get("fields")
    if not isinstance(fields, dict):
        return FieldErrors(messages=["Specify a 'fields' object."])
    found = FieldErrors()
    for name, text in _field_errors(fields, projects):
        found.errors.setdefault(name, text)
    found.messages.extend(_property_errors(body.get("properties", [])))
    # Jira tells a document that is none by its field, and one that is broken in general.
    if "description" not in found.errors and problems_of(fields.get("description")):
        found.messages.append("INVALID_INPUT")
    return found


def problems_of(description: object) -> list[str]:
    """What is wrong with the description as a document; a missing one is right."""
    return [] if description is None else problems(description)


def _field_errors(
    fields: Mapping[str, object], projects: frozenset[str]
) -> Iterator[tuple[str, str]]:
    for name in fields.keys() - KNOWN_FIELDS:
        yield (
            name,
            f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown.",
        )
    if project_key(fields) not in projects:
        yield "project", "valid project is required"
    if issue_type(fields) is None:
        yield "issuetype", "valid issue type is required"
    if (priority := fields.get("priority")) is not None and _named(priority, PRIORITIES) is None:
        yield "priority", "The priority selected is invalid."
    yield from _summary_errors(fields.get("summary"))
    yield from _description_errors(fields.get("description"))
    yield from _label_errors(fields.get("labels", []))


def _summary_errors(summary: object) -> Iterator[tuple[str, str]]:
    if summary is not None and not isinstance(summary, str):
        yield "summary", "Operation value must be a string"
    elif summary is None or not summary.strip():
        yield "summary", "You must specify a summary of the issue."
    elif "\n" in summary or "\r" in summary:
        yield "summary", "The summary is invalid because it contains newline characters."
    elif len(summary) > SUMMARY_LIMIT:
        yield "summary", "Summary can't exceed 255 characters."


def _description_errors(description: object) -> Iterator[tuple[str, str]]:
    if description is None:
        return
    if not isinstance(description, dict):
        yield (
            "description",
            "Operation value must be an Atlassian Document (see the Atlassian Document Format)",
        )
    # Whether Jira counts the text or the JSON is not documented: the sandbox is the strict one.
    elif len(json.dumps(description, separators=(",", ":"))) > TEXT_LIMIT:
        yield (
            "description",
            "The entered text is too long. It exceeds the allowed limit of 32,767 characters.",
        )


def _label_errors(labels: object) -> Iterator[tuple[str, str]]:
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        yield "labels", "data was not an array"
        return
    for label in labels:
        if any(char.isspace() for char in label) or not label:
            yield "labels", f"The label '{label}' contains spaces which is invalid."
        elif len(label) > LABEL_LIMIT:
            yield "labels", f"The label '{label}' exceeds the maximum length of 255 characters."


def _property_errors(properties: object) -> Iterator[str]:
    if not isinstance(properties, list):
        yield "Issue properties must be an array."
        return
    for entry in properties:
        match entry:
            case {"key": str(key), "value": value} if key and property_fits(value):
                pass
            case _:
                yield "An issue property needs a key and a value of at most 32,768 characters."


def property_fits(value: object) -> bool:
    """Whether `value` may be stored as an issue property."""
    return value not in (None, "") and len(json.dumps(value)) <= PROPERTY_LIMIT


def project_key(fields: Mapping[str, object]) -> str | None:
    """The project's key, as far as one is told."""
    match fields.get("project"):
        case {"key": str(key)}:
            return key
        case _:
            return None


def issue_type(fields: Mapping[str, object]) -> str | None:
    """The issue type's id, from its id or its name."""
    return _named(fields.get("issuetype"), ISSUE_TYPES)


def priority(fields: Mapping[str, object]) -> str:
    """The priority's id; medium when none is told."""
    return _named(fields.get("priority"), PRIORITIES) or "3"


def _named(value: object, known: Mapping[str, str]) -> str | None:
    match value:
        case {"id": str(number)}:
            return number if number in known else None
        case {"name": str(name)}:
            return next(
                (number for number, known_name in known.items() if known_name == name), None
            )
        case _:
            return None
