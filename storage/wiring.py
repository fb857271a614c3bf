"""What writes articles, wired to one connection; loading it loads the kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.adding import Adder
from storage.deciding import Decider
from storage.keeping import load_keeper
from storage.outlet_blocks import OutletBlocks
from storage.outlets import Names
from storage.parameters import load_parameters
from storage.partition import Partition
from storage.search import SearchQueue
from storage.stories import Stories
from storage.weights import Weights

if TYPE_CHECKING:
    from sqlite_utils import Database


def make_adder(db: Database) -> Adder:
    """Wire the parts that write articles to one connection."""
    parameters = load_parameters(db)
    return Adder(
        db,
        names=Names(db),
        blocks=OutletBlocks(db),
        decider=Decider(db, parameters),
        search=SearchQueue(db),
        stories=Stories(db, Partition(parameters, Weights(db)), load_keeper(db)),
    )
