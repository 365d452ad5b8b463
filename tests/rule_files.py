"""Rule files for tests: a whole one, and the same with a part changed."""

import uuid
from typing import Final

BLOCKS: Final = {
    "title": "title: Sold without a price",
    "id": "id: 6c8b1a3e-5f0d-4c39-9d0e-2a7b1f3c8e51",
    "logsource": "logsource: {category: application}",
    "detection": "detection:\n  order: {action: create_order}\n  condition: order",
    "level": "level: high",
    "stacklens": "stacklens:",
    "issue_code": "  issue_code: PRICE_MISSING",
    "suggested_fix": "  suggested_fix: Set a price.",
    "confidence": "  confidence: 95",
    "automation_possible": "  automation_possible: false",
    "group_by": "  group_by: [product_id]",
    "examples": "  examples:\n    fires: [{action: create_order}]\n    silent: [{action: refund}]",
}


def rule_file(**changed: str | None) -> str:
    """The text of a rule file; a block that is None is left out."""
    blocks = {**BLOCKS, **changed}
    return "\n".join(block for block in blocks.values() if block is not None) + "\n"


def rule(detection: str, logsource: str = "{category: application}") -> str:
    """A rule with this detection and an id of its own."""
    indented = detection.strip("\n").replace("\n", "\n  ")
    return rule_file(
        id=f"id: {uuid.uuid4()}",
        logsource=f"logsource: {logsource}",
        detection=f"detection:\n  {indented}",
    )
