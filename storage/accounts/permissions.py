"""Who may do what, and on which cameras."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Every account has one."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Action(StrEnum):
    """What needs a permission; the scopes of API tokens have the same names."""

    SEARCH = "search"
    VIEW_MEDIA = "view_media"  # crops, frames and clips, with faces blurred
    UNBLUR = "unblur"
    EXPORT = "export"
    SAVE_SEARCHES = "save_searches"  # questions that stand, and what they fire
    KEEP_CASES = "keep_cases"
    INGEST = "ingest"
    VIEW_JOBS = "view_jobs"
    MANAGE_JOBS = "manage_jobs"
    MANAGE_CAMERAS = "manage_cameras"
    MANAGE_MODELS = "manage_models"
    MANAGE_USERS = "manage_users"
    MANAGE_TOKENS = "manage_tokens"
    VIEW_SETTINGS = "view_settings"
    VIEW_METRICS = "view_metrics"
    READ_AUDIT = "read_audit"
    ERASE = "erase"
    MANAGE_HOLDS = "manage_holds"


_V, _O, _A, _R = Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR, Role.AUDITOR

PERMISSIONS: dict[Action, tuple[Role, ...]] = {
    Action.SEARCH: (_V, _O, _A),
    Action.VIEW_MEDIA: (_V, _O, _A),
    Action.UNBLUR: (_O, _A),
    Action.EXPORT: (_O, _A),
    Action.SAVE_SEARCHES: (_O, _A),
    Action.KEEP_CASES: (_O, _A),
    Action.INGEST: (_O, _A),
    Action.VIEW_JOBS: (_O, _A),
    Action.MANAGE_JOBS: (_A,),
    Action.MANAGE_CAMERAS: (_A,),
    Action.MANAGE_MODELS: (_A,),
    Action.MANAGE_USERS: (_A,),
    Action.MANAGE_TOKENS: (_A,),
    Action.VIEW_SETTINGS: (_A, _R),
    Action.VIEW_METRICS: (_A,),
    Action.READ_AUDIT: (_A, _R),
    Action.ERASE: (_A,),
    Action.MANAGE_HOLDS: (_A,),
}


class ForbiddenError(PermissionError):
    """The role, or the token, does not allow this."""


class UnknownCameraError(ValueError):
    """There is no such camera, or none that this person may know of: the two must not be told apart."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks: an account in a session, a token of one, or somebody at the command line."""

    name: str
    role: Role
    scopes: frozenset[Action] | None = None  # of an API token; None: all that the role may
    cameras: frozenset[str] | None = None  # None: all

    def may(self, action: Action) -> bool:
        return self.role in PERMISSIONS[action] and (self.scopes is None or action in self.scopes)

    def sees(self, camera: str) -> bool:
        return self.cameras is None or camera in self.cameras

    def require(self, action: Action) -> None:
        """Raise ForbiddenError unless the principal may do it."""
        if not self.may(action):
            raise ForbiddenError(f"{self.name} ({self.role}) may not {action}: ask an administrator")


def allowed(principal: Principal, cameras: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """The cameras that a request for `cameras` reaches, of the `known` ones; an empty request asks for all.

    The result is never empty, so no filter can mistake it for "every camera": UnknownCameraError is raised
    for a camera that is unknown or forbidden, and when the principal sees none at all.
    """
    visible = tuple(sorted({camera for camera in known if principal.sees(camera)}))
    wanted = tuple(dict.fromkeys(cameras))
    names = ", ".join(visible) or "none yet"
    for camera in wanted:
        if camera not in visible:
            raise UnknownCameraError(f'no footage of a camera "{camera}"; known cameras: {names}')
    if not visible:
        raise UnknownCameraError("there is no footage of a camera that you may see yet")
    return wanted or visible
