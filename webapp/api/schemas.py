"""What the API takes and gives; the OpenAPI document is made from these."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from ml.contract import FINDER_SETTINGS, FORMATS, MOST_HINTS, RESULTS, VARIANTS

Finding = Literal[FINDER_SETTINGS]  # type: ignore[valid-type]
Result = Literal[RESULTS]  # type: ignore[valid-type]
Format = Literal[FORMATS]  # type: ignore[valid-type]


class Settings(Schema):
    """Fields of ml.contract.Options; what is left out is as usual."""

    only: list[Result] | None = Field(None, description="The results wanted; all three where it is left out.")
    finding: Finding | None = Field(None, description="How readily damage is seen.")
    saturation: Annotated[float, Field(ge=0, le=1.5)] | None = Field(None, description="Strength of colour.")
    format: Format | None = Field(
        None, description="Of the results; the photograph's own where it can hold them."
    )
    seed: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Another number, another try of the repair."
    )
    damped: bool | None = Field(
        None,
        description="Whether colours are paler where the network is unsure of them; so where it is left out.",
    )
    variant: Annotated[int, Field(ge=0, lt=VARIANTS)] | None = Field(
        None, description="Which opinion of the colorizer; 0 is the usual one."
    )

    def options(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True, exclude={"strokes"})


class Stroke(Schema):
    tool: Literal["brush", "eraser", "area", "retry", "protect"]
    width: float = Field(gt=0, description="Pixels of the photograph.")
    points: list[tuple[float, float]] = Field(
        min_length=1, description="x and y, pixels of the photograph as displayed."
    )


class Hint(Schema):
    x: float = Field(ge=0, description="Pixels of the photograph as displayed.")
    y: float = Field(ge=0)
    rgb: str = Field(pattern="^#[0-9a-fA-F]{6}$")


class Rerun(Settings):
    hints: Annotated[list[Hint], Field(max_length=MOST_HINTS)] | None = Field(
        None, description="Colours that are to show at their places and on what is like them."
    )
    strokes: list[Stroke] | None = Field(
        None, description="Drawn over the newest version's mask; nothing is then looked for anew."
    )


class Made(Schema):
    kind: str
    url: str
    sha256: str
    bytes: int
    content_type: str


class Photograph(Schema):
    id: UUID
    name: str
    sha256: str
    width: int
    height: int
    state: str = Field(description="queued, running, done, failed or cancelled: of the newest job.")
    stage: str | None
    progress: float = Field(description="Of the stage, 0 to 1.")
    place: int | None = Field(description="How many wait before it.")
    reason: str | None = Field(description="Why it failed.")
    versions: int = Field(description="Finished jobs; the files are the newest one's.")
    report: dict[str, Any] | None = Field(description="What was done: ml.contract.Report.")
    files: list[Made]


class Problem(Schema):
    detail: str
