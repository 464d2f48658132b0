"""What the description of the API shows for each thing that it takes and gives.

A null would be left out there, so there is none here.
"""

from typing import Any

from pydantic import ConfigDict

SHOT = "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"
_CROP = f"/api/v1/sightings/{SHOT}/crop?until=1772384400&seal=5f0c1d7e93ab42d68b1e0c5a7f3d9246"

PICTURE: dict[str, Any] = {"id": SHOT, "crop": _CROP, "taken": "2026-03-01T16:04:12Z"}
GLIMPSE: dict[str, Any] = {
    **PICTURE,
    "camera": "north-gate",
    "began": "2026-03-01T16:04:11Z",
    "ended": "2026-03-01T16:04:19Z",
}
ALSO: dict[str, Any] = {
    "id": SHOT,
    "likeness": 0.91,
    "camera": "hall",
    "began": "2026-03-01T16:06:30Z",
    "ended": "2026-03-01T16:06:52Z",
    "shots": [PICTURE],
}
ROW: dict[str, Any] = {
    **GLIMPSE,
    "rank": 1,
    "score": 0.61,
    "probability": 0.93,
    "track": 7,
    "box": [412.0, 88.5, 466.0, 240.0],
    "description": "",
    "reasons": [
        {
            "phrase": "white cap",
            "part": "head",
            "similarity": 0.48,
            "agreement": 0.9,
            "parts": {"head": 0.48, "upper body": 0.12, "lower body": 0.02, "feet": 0.07, "whole": 0.31},
        }
    ],
    "shots": [PICTURE],
    "also": [ALSO],
}
SIGHTING: dict[str, Any] = {
    **GLIMPSE,
    "track": 7,
    "box": [412.0, 88.5, 466.0, 240.0],
    "score": 0.88,
    "frame": _CROP.replace("/crop", "/frame"),
    "clip": _CROP.replace("/crop", "/clip"),
    "clip_from": "2026-03-01T16:04:09Z",
    "clip_to": "2026-03-01T16:04:21Z",
    "shots": [PICTURE],
}
ANSWERED: dict[str, Any] = {
    "query": "white cap at the north gate",
    "model": "acsa-small@8709da0b",
    "chips": [
        {
            "kind": "camera",
            "text": "at the north gate",
            "meaning": "camera north-gate",
            "start": 10,
            "end": 27,
        }
    ],
    "notices": [],
    "matches": [ROW],
    "nearest": [],
    "total": 1,
    "page": 1,
}
NEAR: dict[str, Any] = {
    **{name: ANSWERED[name] for name in ("query", "chips", "notices")},
    "nearest": [GLIMPSE],
}
PLAN: dict[str, Any] = {
    "url": "rtsp://192.0.2.7/stream",
    "fps": 5.0,
    "zones": [[[0.0, 0.4], [1.0, 0.4], [1.0, 1.0], [0.0, 1.0]]],
    "masks": [],
    "hours": "mon-fri 07:00-19:00",
    "retention_days": 30,
    "batch": False,
    "enabled": True,
    "source": "database",
}
CAMERA: dict[str, Any] = {"name": "north-gate", "people": 1204, "plan": PLAN}
JOB: dict[str, Any] = {
    "id": "3f2a91c07b5d4e6f8a9b0c1d2e3f4a5b",
    "state": "watching",
    "since": "2026-03-01T16:20:00Z",
    "attempts": 1,
    "camera": "north-gate",
    "source": "160000-000.mkv",
    "start": 0.0,
    "end": 10.0,
    "began": "2026-03-01T16:00:00Z",
    "live": True,
    "worker": "gate-pc/4711",
    "reason": "",
}
COUNTS: dict[str, Any] = {
    "queued": 3,
    "watching": 1,
    "watched": 0,
    "indexing": 0,
    "indexed": 240,
    "quarantined": 0,
}
JOBS: dict[str, Any] = {"counts": COUNTS, "jobs": [JOB], "page": 1}
RECEIVED: dict[str, Any] = {
    "camera": "north-gate",
    "new": 2,
    "began": "2026-03-01T16:00:00Z",
    "clock": "container",
    "seconds": 79.5,
    "size": [1280, 720],
}
REINDEXING: dict[str, Any] = {
    "weights": "acsa-small",
    "began": "2026-03-01T16:20:00Z",
    "ended": "2026-03-01T16:24:10Z",
    "done": 1204,
    "total": 1204,
    "lost": 0,
    "rate": 98.4,
    "left_s": 0.0,
    "result": "acsa-small@8709da0b answers searches: it has 1,204 of 1,204 shots.",
    "switched": True,
}
MODELS: dict[str, Any] = {
    "shipped": [{"name": "acsa-small", "megabytes": 43.0, "card": {"model": "acsa-small@8709da0b"}}],
    "held": [{"model": "acsa-small@8709da0b", "standing": "answers searches", "sightings": 1204}],
    "reindexing": False,
    "last": REINDEXING,
}
BEGUN: dict[str, Any] = {
    "detail": "When everybody is indexed the new model answers, after a restart of the service."
}
DUE: dict[str, Any] = {
    "name": "retention",
    "next": "2026-03-02T02:00:00Z",
    "last": "2026-03-01T02:00:00Z",
    "finished": "2026-03-01T02:00:04Z",
    "worker": "gate-pc/4711",
    "result": "17 sightings were too old and are erased",
}
KEPT: dict[str, Any] = {
    "camera": "north-gate",
    "days": 30,
    "shots": 1204,
    "oldest": "2026-02-01T06:12:40Z",
    "due": 17,
    "next": "2026-03-02T02:00:00Z",
}
KNOWN: dict[str, Any] = {
    "name": "ada",
    "role": "administrator",
    "actions": ["search", "view_media"],
    "cameras": ["north-gate"],
    "csrf": "9c0f4a7d1e",
}
MADE: dict[str, Any] = {"name": "ada", "role": "administrator"}
ACCOUNT: dict[str, Any] = {
    "name": "grace",
    "role": "operator",
    "cameras": ["north-gate"],
    "created": "2026-02-01T09:00:00Z",
    "disabled": "2026-06-01T09:00:00Z",
}
TOKEN: dict[str, Any] = {
    "id": "1f3a90bc",
    "label": "prometheus",
    "owner": "ada",
    "scopes": ["view_metrics"],
    "cameras": ["north-gate"],
    "created": "2026-03-01T09:00:00Z",
    "expires": "2026-05-30T09:00:00Z",
    "last_used": "2026-04-01T07:00:00Z",
    "revoked": "2026-04-01T09:00:00Z",
}
ENTRY: dict[str, Any] = {
    "number": 4711,
    "at": "2026-03-01T16:30:00Z",
    "who": "grace",
    "action": "search",
    "subject": "",
    "details": {"text": "white cap", "cameras": ["north-gate"], "shown": [SHOT]},
    "address": "192.0.2.9",
    "hash": "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
}
VERDICT: dict[str, Any] = {
    "sound": False,
    "entries": 4710,
    "head": f"4711:{ENTRY['hash']}",
    "broken": 4711,
    "fault": "it was changed",
}
_COUNTED = {"sightings": 12, "shots": 12, "crops": 12, "segments": 3, "alerts": 1, "entries": 2}
_NOTHING = dict.fromkeys(_COUNTED, 0)
OUTCOME: dict[str, Any] = {
    "erased": True,
    "number": 12,
    "before": _COUNTED,
    "after": _NOTHING,
    "remains": [],
    "entry": 4712,
}
PAST: dict[str, Any] = {
    "entry": 4712,
    "at": "2026-03-01T16:40:00Z",
    "who": "ada",
    "reason": "request 17",
    "selection": {"cameras": ["north-gate"], "before": "2026-03-01T00:00:00+00:00"},
    "before": _COUNTED,
    "after": _NOTHING,
    "remains": [],
}
HOLD: dict[str, Any] = {
    "id": 1,
    "camera": "north-gate",
    "after": "2026-03-01T00:00:00Z",
    "before": "2026-03-02T00:00:00Z",
    "reason": "case 4711",
    "placed": "2026-03-03T09:00:00Z",
    "lifted": "2026-09-03T09:00:00Z",
}
SAVED: dict[str, Any] = {
    "id": "9f2c41d7",
    "owner": "olga",
    "name": "red coats",
    "q": "red coat, no bag, at the north gate",
    "description": "red coat, no bag",
    "cameras": ["north-gate"],
    "min_probability": 0.7,
    "quiet": "22:00-06:00",
    "webhook": "https://hooks.example/in",
    "since": "2026-03-01T09:00:00Z",
    "paused": "2026-03-09T09:00:00Z",
}
ALERT: dict[str, Any] = {
    "id": "0d7a5c1e-7a51-5f0b-8d5e-2f6a1c9b4e10",
    "search": "9f2c41d7",
    "name": "red coats",
    "owner": "olga",
    "sighting": SHOT,
    "crop": _CROP,
    "camera": "north-gate",
    "began": "2026-03-01T16:04:11Z",
    "ended": "2026-03-01T16:04:19Z",
    "taken": "2026-03-01T16:04:12Z",
    "probability": 0.93,
    "reasons": [{"phrase": "red coat", "part": "upper body", "similarity": 0.48, "agreement": 0.9}],
    "fired": "2026-03-01T16:04:31Z",
    "due": "2026-03-01T16:05:31Z",
    "attempts": 1,
    "quiet_until": "2026-03-01T06:00:00Z",
    "delivered": "2026-03-01T16:05:32Z",
    "trouble": "hooks.example answered 503",
}
CASE: dict[str, Any] = {
    "id": 3,
    "name": "bicycle thefts",
    "notes": "since May",
    "owner": "olga",
    "members": ["ada"],
    "opened": "2026-03-01T17:00:00Z",
    "closed": "2026-03-20T12:00:00Z",
    "entries": 1,
}
CASE_ENTRY: dict[str, Any] = {
    "id": 12,
    "sighting": SHOT,
    "crop": _CROP,
    "camera": "north-gate",
    "began": "2026-03-01T16:04:11Z",
    "ended": "2026-03-01T16:04:19Z",
    "taken": "2026-03-01T16:04:12Z",
    "note": "with the bicycle",
    "added": "2026-03-01T17:01:00Z",
    "added_by": "olga",
    "erased": "2026-04-01T02:00:00Z",
    "etag": '"0d7a5c1e7a515f0b8d5e2f6a1c9b4e10"',
}
WHOLE_CASE: dict[str, Any] = {"case": CASE, "entries": [CASE_ENTRY]}


def like(example: dict[str, Any]) -> ConfigDict:
    """How a model is described."""
    return ConfigDict(json_schema_extra={"examples": [example]})


def said(example: dict[str, Any]) -> dict[str, Any]:
    """How an answer without a model is described."""
    return {"content": {"application/json": {"example": example}}, "description": "Such as the example"}
