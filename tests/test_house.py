"""The plan of the house: who may import whom, how large a room may be."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("crawler", "storage", "dedupe")
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))

# Library: the only places that may import it.
OWNERS = {
    "numba": ("dedupe/kernels/",),
    "sqlite3": ("storage/",),
    "sqlite_utils": ("storage/",),
    "datasette": ("storage/inspect/",),
    "pyspark": ("dedupe/spark/", "storage/dumps/spark"),
    "scrapy": ("crawler/",),
    "click": ("crawler/cli/",),
}
HEAVY = ("scrapy", "numba", "datasketch", "trafilatura", "sqlite_utils", "rich")


def test_imports_run_downwards():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_imported_by_its_owner_only(library):
    statement = re.compile(rf"^\s*(from|import) {library}\b", re.MULTILINE)
    importers = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if statement.search(path.read_text("utf-8"))
    }
    strangers = {name for name in importers if not name.startswith(OWNERS[library])}
    assert not strangers


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_one_room(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    assert text.startswith('"""'), "a module opens with what it is for"


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from click.testing import CliRunner; "
        "from crawler.cli.main import cli; "
        "done = CliRunner().invoke(cli, ['--help']); assert done.exit_code == 0; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr
