"""The compose file names only what there is, and what it starts fits together."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.cli import parser
from pipeline.settings import Settings
from workers.app import QUEUES, app

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one.get("image") == "passerby"}


def test_the_file_is_what_compose_takes() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, str(ROOT / "docker-compose.yml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def seconds(duration: str) -> float:
    number, unit = re.fullmatch(r"([0-9.]+)(s|m)", duration).groups()  # type: ignore[union-attr]
    return float(number) * {"s": 1, "m": 60}[unit]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_comes_back_and_is_limited(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert "resources" in service["deploy"]
    for volume in service.get("volumes", []):
        assert volume.startswith("./") or volume.split(":")[0] in COMPOSE["volumes"]
    for secret in service.get("secrets", []):
        assert (secret if isinstance(secret, str) else secret["source"]) in COMPOSE["secrets"]
    for needed in service.get("depends_on", {}):
        assert "healthcheck" in SERVICES[needed]


@pytest.mark.parametrize("name", OURS)
def test_commands_and_settings_are_ones_that_there_are(name: str) -> None:
    service = OURS[name]
    program, *arguments = shlex.split(service["command"])
    if program == "passerby":
        parser().parse_args(arguments)
    elif program == "python":
        assert (ROOT / f"{arguments[1].replace('.', '/')}.py").is_file()
    else:
        assert arguments[:2] == ["--app", "workers.app"]
    known = {f"PASSERBY_{field.upper()}" for field in Settings.model_fields}
    assert {key for key in service["environment"] if key.startswith("PASSERBY_")} <= known


def test_every_queue_has_a_worker() -> None:
    lines = [shlex.split(service["command"]) for service in OURS.values()]
    served = {line[line.index("--queues") + 1] for line in lines if "--queues" in line}
    assert served == set(QUEUES)


def test_workers_are_given_time_to_hand_back_what_they_work_on() -> None:
    for service in OURS.values():
        assert seconds(service["stop_grace_period"]) > app.conf.worker_soft_shutdown_timeout


def test_what_only_one_host_should_see_is_not_published() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
