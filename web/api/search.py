"""Asking for people: in words, by examples of whom they look like, or both; at once or in stages."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from web.answering import Answered, Near, answered, in_stages
from web.events import STREAM, event, streamed, wants_events
from web.examples import ANSWERED, NEAR
from web.problems import told
from web.questions import Inquiry, Sentence, inquiry
from web.seals import Seal
from web.security import By, Paced, SealOf, Searcher
from web.site import SiteOf

router = APIRouter(tags=["search"])

STAGES = f"""event: nearest
data: {json.dumps(NEAR)}

event: answer
data: {json.dumps(ANSWERED)}

event: end
data: {{}}

"""
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": f"The people; in stages with `Accept: {STREAM}`",
        "content": {STREAM: {"schema": {"type": "string"}, "example": STAGES}},
    }
}


@router.get("/search", response_model=Answered, responses=ANSWERS, dependencies=[Paced])
def ask(
    asked: Annotated[Sentence, Query()],
    principal: Searcher,
    by: By,
    site: SiteOf,
    seal: SealOf,
    request: Request,
) -> Answered | StreamingResponse:
    """Find people by description; the sentence may also name cameras and a time.

    With `Accept: text/event-stream` the answer comes as events: `nearest` has whoever is near at the first
    look, `answer` what is answered otherwise, then there is an `end`. What goes wrong before the first of
    them is answered as ever, what goes wrong later is an event `problem` with a problem document.
    """
    question = inquiry(asked)
    if wants_events(request):
        return streamed(_events(in_stages(question, principal, by, site), seal))
    return answered(question, principal, by, site).sealed(seal)


@router.post("/search", response_model=Answered, responses=ANSWERS, dependencies=[Paced])
def inquire(
    asked: Inquiry, principal: Searcher, by: By, site: SiteOf, seal: SealOf, request: Request
) -> Answered | StreamingResponse:
    """The same as GET, and pictures may be examples.

    A picture in which not exactly one person is found is answered with 422 and the boxes of those who are,
    in `people`; ask again with the box of one.
    """
    if wants_events(request):
        return streamed(_events(in_stages(asked, principal, by, site), seal))
    return answered(asked, principal, by, site).sealed(seal)


def _events(stages: Iterator[Near | Answered], seal: Seal) -> Iterator[str]:
    """The stages as events; what is wrong with the question is raised now, before anything was sent."""
    first = next(stages)

    def rest() -> Iterator[str]:
        try:
            for stage in chain([first], stages):
                name = "nearest" if isinstance(stage, Near) else "answer"
                yield event(name, stage.sealed(seal).model_dump_json())
        except Exception as error:
            yield event("problem", json.dumps(told(error)))
        yield event("end", "{}")

    return rest()
