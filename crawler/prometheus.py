"""The health of a database in Prometheus' text format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.crawl_state import epoch
from storage.dumps.outputs import Outputs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.health import Health, OutletHealth

_GAUGES: tuple[tuple[str, str], ...] = (
    ("articles", "Articles stored of the outlet."),
    ("articles_last_day", "Articles that were new in the last day."),
    ("articles_usual_day", "New articles a day over the last 30 days."),
    ("copy_share", "Share of the last 30 days' articles that are copies."),
    ("pages_waiting", "Pages that are known and were not fetched yet."),
    ("pages_failed", "Pages whose last fetch failed."),
    ("last_success_seconds", "When the outlet last answered, in epoch seconds."),
    ("alarms", "Reasons for a person to look at the outlet."),
)


def write_prometheus(health: Health, path: Path) -> None:
    """Write *health* to *path* in one step, as the textfile collector wants it."""
    with Outputs() as outputs:
        outputs.open(path).write(render(health).encode())
        outputs.commit()


def render(health: Health) -> str:
    """Return the metrics as text, one family after the other."""
    lines: list[str] = []
    for name, text in _GAUGES:
        lines += [f"# HELP wirecopy_{name} {text}", f"# TYPE wirecopy_{name} gauge"]
        for outlet in health.outlets:
            value = dict(_values(outlet)).get(name)
            if value is not None:
                label = _label(outlet.host or outlet.outlet)
                lines.append(f'wirecopy_{name}{{outlet="{label}"}} {value:.15g}')
    lines += [
        "# HELP wirecopy_settle_queue Articles that wait to be settled.",
        "# TYPE wirecopy_settle_queue gauge",
        f"wirecopy_settle_queue {health.settle_queue}",
        "# HELP wirecopy_database_alarms Alarms of no single outlet.",
        "# TYPE wirecopy_database_alarms gauge",
        f"wirecopy_database_alarms {len(health.alarms)}",
    ]
    return "\n".join(lines) + "\n"


def _values(outlet: OutletHealth) -> Iterator[tuple[str, float]]:
    yield "articles", outlet.articles
    yield "articles_last_day", outlet.day
    yield "articles_usual_day", outlet.usual
    yield "copy_share", outlet.copy_share
    yield "pages_waiting", outlet.waiting
    yield "pages_failed", sum(outlet.errors.values())
    yield "alarms", len(outlet.alarms)
    if outlet.last_success:
        yield "last_success_seconds", epoch(outlet.last_success)


def _label(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
