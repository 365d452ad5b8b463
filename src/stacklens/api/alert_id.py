"""The alert that a path names."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Path

from stacklens.api.problems import ProblemError

EXAMPLE_ID: Final = "0193a1de-58b1-4c3e-9a51-3d1f0f6f2b11"


async def known_id(
    alert_id: Annotated[
        str,
        Path(
            description="The alert's id.",
            examples=[EXAMPLE_ID],
            json_schema_extra={"format": "uuid"},
        ),
    ],
) -> UUID:
    """The id in the path; what is no UUID is nobody's id: 404."""
    try:
        parsed = UUID(alert_id)
    except ValueError:
        raise no_such_alert() from None
    if str(parsed) != alert_id.lower():
        raise no_such_alert()
    return parsed


AlertId = Annotated[UUID, Depends(known_id)]


def no_such_alert() -> ProblemError:
    """404."""
    return ProblemError(404, "there is no such alert")
