"""Every request of the page on the API, in its order, and a restore as the page for administrators says."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from storage.accounts.audit import Sought
from tests.web_client import Client, copy_of, site_in

DOCS = Path(__file__).parent.parent / "docs"
API = (DOCS / "api.md").read_text(encoding="utf-8")
REQUEST = re.compile(r"```http\n(\w+) (\S+)\n((?:[\w-]+: [^\n]*\n)*)\n?(.*?)```\n`(\d+)`", re.S)
SHOWN = "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"  # the sighting of the examples


def test_every_request_is_answered_as_the_page_says(filled: Path, tmp_path: Path) -> None:
    requests = REQUEST.findall(API)
    assert len(requests) == API.count("```http")
    with site_in(copy_of(filled, tmp_path)) as site:
        ada = Client.of(site).log_in("ada")
        found = ada.get("/search", params={"q": "red", "min_probability": 0}).json()["matches"][0]["id"]
        for method, path, headers, body, status in requests:
            sent = dict(line.split(": ", 1) for line in headers.splitlines())
            sent |= {"Content-Type": "application/json"} if body.strip() else {}
            answer = ada.http.request(method, path.replace(SHOWN, found), headers=sent, content=body)
            assert answer.status_code == int(status), (method, path, answer.text)
            if path.endswith("/session"):
                ada.http.headers["X-CSRF-Token"] = answer.json()["csrf"]


def test_a_backup_brings_everything_back(filled: Path, tmp_path: Path) -> None:
    """The commands of the page, with its folder in place of /srv/passerby."""
    text = (DOCS / "administer.md").read_text(encoding="utf-8")
    commands = re.findall(r"^tar .*$", text, re.M)
    assert [command.split()[1] for command in commands] == ["--create", "--extract"]
    data = copy_of(filled, tmp_path / "data") if (tmp_path / "data").mkdir() is None else tmp_path
    asked = {"q": "red", "min_probability": 0}

    def run(command: str) -> None:
        subprocess.run(shlex.split(command.replace("/srv/passerby", str(tmp_path))), check=True, cwd=tmp_path)

    with site_in(data) as site:
        before = Client.of(site).log_in("vic").get("/search", params=asked).json()["matches"]
        number = len(list(site.audit.all(Sought())))
    run(commands[0])
    shutil.rmtree(data)
    run(commands[1])
    with site_in(data) as site:
        vic = Client.of(site).log_in("vic")
        after = vic.get("/search", params=asked).json()["matches"]
        assert [match["id"] for match in after] == [match["id"] for match in before] != []
        assert vic.http.get(after[0]["crop"]).status_code == 200
        verdict = site.audit.verify()
        assert (verdict.fault, verdict.entries) == ("", number + 2)


@pytest.mark.parametrize("page", ["operate.md", "administer.md", "api.md", "use.md", "privacy.md"])
def test_links_and_pictures_of_a_page_are_there(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", text):
        assert target.startswith("http") or (DOCS / target).exists(), target
