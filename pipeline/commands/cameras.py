"""`passerby cameras add | list | test | remove | sync`: say which cameras there are."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from contextlib import closing
from pathlib import Path

from PIL import Image as Pictures
from rich.console import Console
from rich.table import Table

from pipeline.commands.entry import enter
from pipeline.footage.sources import is_stream, redact
from pipeline.recording.cameras import CamerasError, camera, sync
from pipeline.recording.glance import glance
from pipeline.settings import Settings
from storage.footage.cameras import Camera, Cameras

_out = Console()


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the group of commands."""
    group = verbs.add_parser("cameras", help="say which cameras there are")
    acts = group.add_subparsers(dest="act_on_cameras", required=True, metavar="ACT")

    verb = enter(acts, "add", _add, "add a camera; a recorder that runs picks it up")
    verb.add_argument("name")
    verb.add_argument("url", help="stream (rtsp, rtsps, http, https, rtmp, udp), file or folder")
    verb.add_argument("--fps", type=float, help="frames analysed per second (default: PASSERBY_FPS)")
    for area, meaning in (("zone", "keep only people whose feet are here"), ("mask", "keep nobody here")):
        verb.add_argument(
            f"--{area}",
            action="append",
            default=[],
            metavar='"X,Y X,Y X,Y"',
            help=f"{meaning}: corners as shares of the picture's width and height; may be repeated",
        )
    verb.add_argument("--hours", default="", help='when to record: "mon-fri 07:00-19:00, sat 08:00-12:00"')
    verb.add_argument("--retention", type=int, metavar="DAYS", help="how long people stay searchable")
    verb.add_argument("--batch", action="store_true", help="watch it at night, not as it comes")
    verb.add_argument("--disabled", action="store_true", help="do not record it for now")
    verb.add_argument("--replace", action="store_true", help="change the camera of this name")

    enter(acts, "list", _list, "the cameras that there are")

    verb = enter(acts, "test", _test, "fetch one picture")
    verb.add_argument("name", help="name of a camera, or an address")
    verb.add_argument("--frame", type=Path, metavar="JPG", help="write the picture")

    verb = enter(acts, "remove", _remove, "forget a camera; its footage and its people stay")
    verb.add_argument("name")

    verb = enter(acts, "sync", _sync, "enter, change and remove cameras as cameras.toml says")
    verb.add_argument("file", nargs="?", type=Path, help="default: the setting PASSERBY_CAMERAS")


def _add(args: Namespace, settings: Settings) -> int:
    with closing(Cameras(settings.database_url)) as cameras:
        known = cameras.get(args.name)
        if known is not None:
            _refuse_file(known)
            if not args.replace:
                raise CamerasError(
                    f"there is a camera {args.name} already; give another name, or --replace to change it"
                )
        fields = {
            "name": args.name,
            "url": args.url,
            "fps": args.fps,
            "zones": [_corners(text) for text in args.zone],
            "masks": [_corners(text) for text in args.mask],
            "hours": args.hours,
            "retention_days": args.retention,
            "batch": args.batch,
            "enabled": not args.disabled,
        }
        cameras.put(camera(fields, "database"))
    return 0


def _list(args: Namespace, settings: Settings) -> int:
    table = Table("name", "address", "fps", "areas", "hours", "days kept", "", "from")
    with closing(Cameras(settings.database_url)) as cameras:
        for each in cameras.all():
            areas = [f"zones: {len(each.zones)}"] if each.zones else []
            areas += [f"masks: {len(each.masks)}"] if each.masks else []
            marks = [*(["batch"] if each.batch else []), *([] if each.enabled else ["disabled"])]
            table.add_row(
                each.name,
                redact(each.url),
                f"{each.fps or settings.fps:g}",
                ", ".join(areas),
                each.hours or "always",
                str(each.retention_days or "for ever"),
                ", ".join(marks),
                each.source,
            )
    _out.print(table)
    return 0


def _test(args: Namespace, settings: Settings) -> int:
    url = args.name
    if not is_stream(url):
        with closing(Cameras(settings.database_url)) as cameras:
            known = cameras.get(args.name)
        if known is None:
            raise CamerasError(f"there is no camera {args.name}; see passerby cameras list")
        url = known.url
    seen = glance(camera({"name": "test", "url": url}, "database").url)
    height, width, _ = seen.image.shape
    rate = f"{seen.fps:g} frames/s" if seen.fps else "an unknown rate"
    _out.print(f"{redact(url)}: {width} x {height}, {seen.codec}, {rate}", highlight=False, markup=False)
    if args.frame:
        Pictures.fromarray(seen.image).save(args.frame, "JPEG", quality=90)
    return 0


def _remove(args: Namespace, settings: Settings) -> int:
    with closing(Cameras(settings.database_url)) as cameras:
        known = cameras.get(args.name)
        if known is None:
            raise CamerasError(f"there is no camera {args.name}; see passerby cameras list")
        _refuse_file(known)
        cameras.remove(args.name)
    return 0


def _sync(args: Namespace, settings: Settings) -> int:
    with closing(Cameras(settings.database_url)) as cameras:
        changed, gone = sync(args.file or settings.cameras, cameras)
    for names, act in ((changed, "entered or changed"), (gone, "removed")):
        if names:
            _out.print(f"{act}: {', '.join(names)}", highlight=False, markup=False)
    return 0


def _refuse_file(known: Camera) -> None:
    if known.source == "file":
        raise CamerasError(
            f"the camera {known.name} comes from a cameras.toml; change it there, "
            "then run passerby cameras sync"
        )


def _corners(text: str) -> list[list[str]]:
    return [corner.split(",") for corner in text.split()]
