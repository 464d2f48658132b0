"""Long lists in pages: how much of one is wanted, and how much there is."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response

TOTAL = "X-Total-Count"

Below = Annotated[
    int | None, Query(ge=1, le=2**63 - 1, description="The number of the last entry shown: the next page.")
]

Each = TypeVar("Each")


class Paging:
    """Which page of a list is wanted; a dependency of every route that answers with one."""

    def __init__(
        self,
        request: Request,
        response: Response,
        limit: Annotated[int, Query(ge=1, le=1000, description="Entries on a page.")] = 1000,
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    ) -> None:
        self.limit, self.page = limit, page
        self._request, self._response = request, response

    def of(self, every: Sequence[Each]) -> Sequence[Each]:
        """The wanted ones; `X-Total-Count` says how many there are, `Link` where the next are."""
        first = (self.page - 1) * self.limit
        self._response.headers[TOTAL] = str(len(every))
        if first + self.limit < len(every):
            following = self._request.url.include_query_params(page=self.page + 1)
            self._response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
        return every[first : first + self.limit]


PagingOf = Annotated[Paging, Depends()]
