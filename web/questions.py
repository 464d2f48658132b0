"""Questions as they are sent: in words, by examples of whom somebody looks like, or both."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from web.examples import SHOT

LONGEST = 8 << 20  # bytes of a question with a picture in it
_MOST = 200  # people on a page
_EXAMPLES = 20


class Filters(BaseModel):
    """Where and when, and how much of the answer."""

    model_config = ConfigDict(extra="forbid")

    camera: list[str] = Field(
        default=[], max_length=1000, description="Only these; in place of the sentence's."
    )
    after: datetime | None = Field(default=None, description="Without an offset: the clock of the site.")
    before: datetime | None = None
    limit: int = Field(default=20, ge=1, le=_MOST)
    page: int = Field(default=1, ge=1, le=1000)


class Words(Filters):
    """A question in words, which may be empty beside examples."""

    q: str = Field(
        default="",
        max_length=2000,
        examples=[
            "red coat^2, no bag, at the north gate yesterday after four",
            "red coat; man in a black suit",
        ],
        description='Several descriptions are parted by ";"; "^2" behind a phrase lets it count twice.',
    )
    min_probability: float | None = Field(default=None, ge=0, le=1, description="Default: the model's own.")
    literal: bool = Field(
        default=False, description="Take the whole sentence for what the person looks like."
    )

    @model_validator(mode="after")
    def _of_words(self) -> Self:
        if self.min_probability is not None and not self.q.strip():
            raise ValueError("min_probability is how likely the words are true: give q too, or leave it out")
        return self


class Sentence(Words):
    """A question in words, with sightings as examples."""

    like: list[UUID] = Field(default=[], max_length=_EXAMPLES, description="Sightings of who looks like it.")
    unlike: list[UUID] = Field(default=[], max_length=_EXAMPLES, description="Sightings of who does not.")


class Sample(BaseModel):
    """Somebody to look for, or not: a sighting, somebody else in the frame around it, or a picture."""

    model_config = ConfigDict(extra="forbid")

    sighting: UUID | None = None
    picture: str | None = Field(default=None, description="A JPEG, PNG or WebP, in base64.")
    box: tuple[float, float, float, float] | None = Field(
        default=None,
        description="x1 y1 x2 y2 of one person, in pixels of the picture or of the frame of the sighting.",
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.sighting is None) == (self.picture is None):
            raise ValueError("give one of sighting and picture")
        return self


class Inquiry(Words):
    """A question in words, by examples, or both: "like this, but in a red jacket"."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"q": "red coat, no bag", "camera": ["north-gate"], "limit": 20},
                {"q": "red coat; man in a black suit^2"},
                {"like": [{"sighting": SHOT}]},
                {"q": "red jacket", "like": [{"sighting": SHOT}], "unlike": [{"sighting": SHOT}]},
                {"like": [{"sighting": SHOT, "box": [412.0, 88.0, 466.0, 240.0]}]},
            ]
        },
    )

    like: list[Sample] = Field(default=[], max_length=_EXAMPLES)
    unlike: list[Sample] = Field(default=[], max_length=_EXAMPLES)


def inquiry(asked: Sentence) -> Inquiry:
    """The same question with its sightings as examples."""
    given = asked.model_dump(exclude={"like", "unlike"})
    wanted, unwanted = ([Sample(sighting=one) for one in some] for some in (asked.like, asked.unlike))
    return Inquiry(**given, like=wanted, unlike=unwanted)
