"""Take the pictures of docs/images: python benchmarks/take_pictures.py

Needs Chromium, Pillow, and fonts for Arabic and Chinese (fonts-noto-core, fonts-noto-cjk).
The database is the small newsroom that the tests of the pages build.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
COLORS = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: where it goes, what it shows, and the window's size."""

    name: str
    path: str
    width: int
    height: int
    scheme: str = "light"


PICTURES = (
    Picture("inspect-today", "today", 1000, 960),
    Picture(
        "inspect-stories",
        "stories?agency=Meridian&order=outlets&since=2026-05-06",
        1000,
        560,
    ),
    Picture("inspect-story", "story/1", 1000, 1500),
    Picture("inspect-story-arabic", "story/2", 390, 1300, "dark"),
    Picture("inspect-review", "review", 1000, 640),
)


@contextmanager
def served(folder: Path):
    """Serve the newsroom; yield the addresses that the server printed."""
    sys.path.insert(0, str(ROOT / "tests"))
    from inspect_newsroom import build

    command = [str(Path(sys.executable).with_name("wirecopy")), "serve"]
    path = build(folder / "demo.db")
    with subprocess.Popen(
        [*command, str(path), "--port", "0", "--json", "--review", "anna"],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.terminate()


def take(browser, addresses: dict, picture: Picture) -> Path:
    """Take one picture, in few colours, so that it is small."""
    target = ROOT / "docs" / "images" / f"{picture.name}.png"
    with browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
    ) as context:
        page = context.new_page()
        if picture.path == "review":
            page.goto(addresses["sign_in"]["anna"])
        page.goto(f"{addresses['address']}demo/-/{picture.path}")
        page.screenshot(path=target)
    palette = Image.Palette.ADAPTIVE
    Image.open(target).convert("P", palette=palette, colors=COLORS).save(
        target, optimize=True
    )
    return target


def main() -> None:
    """Take every picture and print its size."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as addresses,
        sync_playwright() as run,
    ):
        browser = run.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for picture in PICTURES:
            path = take(browser, addresses, picture)
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
        browser.close()


if __name__ == "__main__":
    main()
