"""People with a browser, as a load for the service."""

import asyncio
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

API = "/api/v1"
QUESTIONS = (
    "woman with blonde hair in a red jacket",
    "man with a backpack, no hat",
    "white cap and a light blue hoodie at the north gate",
    "black coat",
    "yellow jacket and grey trousers",
    "a child in a green shirt",
)
WALL = 12  # pictures of an answer that a screen shows
PATIENCE = 60.0  # seconds for an answer


@dataclass(slots=True)
class Tally:
    """What the users met: seconds of what worked, by act, and what did not."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    counting: bool = False


class User:
    """Somebody with a browser."""

    def __init__(self, name: str, password: str, address: str, hello: str, tally: Tally) -> None:
        self._http = httpx2.AsyncClient(base_url=address, timeout=PATIENCE)
        self._name, self._password, self._hello, self._tally = name, password, hello, tally
        self._chance = random.Random(name)
        self._wall: list[dict[str, str]] = []  # who was found last

    async def log_in(self) -> None:
        sent = {"name": self._name, "password": self._password}
        answer = await self._http.post(f"{API}/session", json=sent)
        answer.raise_for_status()
        self._http.headers["X-CSRF-Token"] = answer.json()["csrf"]

    async def use(self, until: float, think: float) -> None:
        """Search and browse until then, as people do who read what they see."""
        await asyncio.sleep(self._chance.uniform(0, 2 * think))
        while time.monotonic() < until:
            for act in (self._search, self._open, self._look_around):
                await act()
                await self._ask("hello", self._hello)
                await asyncio.sleep(self._chance.uniform(0.5, 1.5) * think)
        await self._http.aclose()

    async def upload(self, clip: Path, camera: str) -> float:
        """Bring a clip in, and return its seconds once it can be found."""
        asked = {"camera": camera, "name": clip.name}
        sent = await self._http.post(f"{API}/footage", params=asked, content=clip.read_bytes())
        sent.raise_for_status()
        while True:
            counts = (await self._http.get(f"{API}/jobs", params={"limit": 1})).json()["counts"]
            if sum(counts.values()) == counts["indexed"] + counts["quarantined"]:
                return float(sent.json()["seconds"])
            await asyncio.sleep(2)

    async def _search(self) -> None:
        asked = {"q": self._chance.choice(QUESTIONS), "min_probability": "0", "limit": "24"}
        answer = await self._ask("search", f"{API}/search", asked)
        self._wall = answer.json()["matches"][:WALL] if answer else []
        await asyncio.gather(*(self._ask("picture", match["crop"]) for match in self._wall))

    async def _open(self) -> None:
        if not self._wall:
            return
        chosen = self._chance.choice(self._wall)["id"]
        answer = await self._ask("sighting", f"{API}/sightings/{chosen}")
        if answer:
            told = answer.json()
            await asyncio.gather(*(self._ask("picture", shot["crop"]) for shot in told["shots"]))
            await self._ask("frame", told["frame"])

    async def _look_around(self) -> None:
        await self._ask("page", "/")
        await self._ask("list", f"{API}/cameras")
        await self._ask("list", f"{API}/jobs")

    async def _ask(
        self, act: str, address: str, asked: dict[str, str] | None = None
    ) -> httpx2.Response | None:
        began = time.perf_counter()
        try:
            answer = await self._http.get(address, params=asked)
        except httpx2.HTTPError as error:
            self._note(f"{act}: {type(error).__name__}")
            return None
        if answer.status_code != 200:
            self._note(f"{act}: {answer.status_code}")
            return None
        if self._tally.counting:
            self._tally.seconds[act].append(time.perf_counter() - began)
        return answer

    def _note(self, error: str) -> None:
        if self._tally.counting:
            self._tally.errors.append(error)
