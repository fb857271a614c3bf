"""A small database for the tests of the pages: made through Store.add, texts our own.

An English, an Arabic and a Chinese story, each printed by an agency first and then
trimmed, edited, re-headlined and padded by others; a revision; hostile strings.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dedupe.block import Block
from storage.article import Article
from storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 5, 12, 6, 0, tzinfo=UTC)
NOW = START + timedelta(days=2)

ENGLISH = (
    (
        "The harbour of Port Ansel will close to large ships for six weeks while divers "
        "repair a breach in the northern breakwater, the port authority said on Tuesday."
    ),
    (
        "Engineers found the gap, eleven metres wide, after a storm in March moved several "
        "concrete blocks that had stood in place since the wall was built in 1964."
    ),
    (
        "Ferries to the outer islands will sail from the fishing quay, and fuel tankers "
        "will be sent to Cressmouth, eighty kilometres down the coast."
    ),
    (
        '"We would rather lose a season than a wall," said Orla Finch, who runs the '
        "port, adding that insurers had agreed to pay for most of the work."
    ),
    (
        "Fishing crews, who land their catch beside the breakwater, asked the council to "
        "waive mooring fees until the harbour opens again at the end of June."
    ),
    (
        "The council meets on Thursday to decide, and two of its members have already "
        "said that they would vote for a waiver."
    ),
)
ARABIC = (
    (
        "أعلنت هيئة المياه في مدينة الروضة يوم الثلاثاء أن محطة التحلية الجديدة ستبدأ ضخ "
        "المياه إلى الأحياء الجنوبية مطلع الشهر المقبل بعد تأخير دام عامين."
    ),
    (
        "وقال مدير الهيئة سامر الخطيب إن المحطة ستنتج أربعين ألف متر مكعب في اليوم، أي ما "
        "يكفي نصف سكان المدينة في أشهر الصيف."
    ),
    (
        "وكانت الأعمال قد توقفت مرتين بسبب خلاف مع الشركة المنفذة على كلفة الأنابيب التي "
        "تربط المحطة بخزانات التل الشرقي."
    ),
    (
        "ويعتمد سكان الأحياء الجنوبية منذ سنوات على صهاريج خاصة يقولون إن أسعارها تضاعفت "
        "في الصيف الماضي."
    ),
    (
        "وأضاف الخطيب أن الهيئة ستنشر نتائج فحص المياه كل أسبوع على موقعها حتى يطمئن "
        "الأهالي إلى جودتها."
    ),
)
CHINESE = (
    "青石市交通局星期二宣布，跨江大桥将从下月初起封闭三个月，进行桥面加固和电缆更换工程。",
    "交通局表示，大桥自一九八七年通车以来从未全面检修，去年冬天的检测发现多处裂缝。",
    "封闭期间，公共汽车将改走上游的旧桥，渡轮班次增加一倍，学生可以免费乘坐。",
    "附近商户担心生意受到影响，市政府答应减免他们三个月的租金。",
)
NEWSLETTER = "Subscribe to our morning letter and never miss a tide."


def article(
    outlet: str,
    headline: str,
    paragraphs: tuple[str, ...],
    *,
    hours: float = 0,
    language: str = "en",
    agency: str | None = None,
    **fields: object,
) -> Article:
    """Make an article that *outlet* published *hours* after START."""
    latin = "".join(c for c in outlet.lower() if c.isascii() and c.isalnum())
    host = latin or f"outlet{hash_of(outlet)}"
    published = START + timedelta(hours=hours)
    values: dict[str, object] = {
        "url": f"https://{host}.example/news/{hash_of(headline)}",
        "headline": headline,
        "blocks": tuple(Block(text) for text in paragraphs),
        "outlet": outlet,
        "language": language,
        "agency": agency,
        "published": published,
        "published_precision": "minute",
        "published_from": "json-ld",
        "fetched": published + timedelta(minutes=9),
        "extractor": "fixture",
        "field_sources": {"headline": "og:title", "agency": "dateline"},
    }
    return Article(**{**values, **fields})  # type: ignore[arg-type]


def hash_of(text: str) -> int:
    """Return a number that is the same in every process."""
    number = 0
    for character in text:
        number = (number * 131 + ord(character)) % 1_000_000_007
    return number


def newsroom() -> list[Article]:
    """Return the articles in the order in which a crawl met them."""
    edited = (
        ENGLISH[0].replace("said on Tuesday", "confirmed this week"),
        *ENGLISH[1:4],
        "Hotels along the front expect cancellations.",
        ENGLISH[4].replace("end of June", "beginning of July"),
    )
    return [
        article(
            "Meridian Wire",
            "Port Ansel shuts harbour to repair breakwater",
            ENGLISH,
            agency="Meridian",
            byline="By Tessa Marlow",
            authors=("Tessa Marlow",),
            subheadline="Divers need six weeks; ferries move to the fishing quay.",
            dateline="PORT ANSEL, May 12 (Meridian) -",
        ),
        article(
            "The Ansel Courier",
            "Port Ansel shuts harbour to repair breakwater",
            ("Port Ansel shuts harbour to repair breakwater", *ENGLISH, NEWSLETTER),
            hours=2.2,
            agency="Meridian",
        ),
        article(
            "Coast Herald",
            "Harbour to close for six weeks",
            edited,
            hours=5,
            agency="Meridian",
        ),
        article(
            "Inland Gazette",
            "Ferries to sail from fishing quay",
            (*ENGLISH[:4], ENGLISH[1]),
            hours=26,
        ),
        article(
            "وكالة الساحل",
            "محطة تحلية جديدة تغذي جنوب الروضة الشهر المقبل",
            ARABIC,
            hours=1,
            language="ar",
            agency="وكالة الساحل",
        ),
        article(
            "جريدة المرفأ",
            "الروضة: مياه التحلية تصل إلى الأحياء الجنوبية",
            (
                "محطة تحلية جديدة تغذي جنوب الروضة الشهر المقبل",
                ARABIC[0].replace("يوم الثلاثاء", "أمس"),
                *ARABIC[1:4],
                ARABIC[1],
            ),
            hours=4,
            language="ar",
            agency="وكالة الساحل",
        ),
        article(
            "صحيفة الوادي",
            "محطة تحلية جديدة تغذي جنوب الروضة الشهر المقبل",
            ARABIC,
            hours=7.5,
            language="ar",
            agency="وكالة الساحل",
        ),
        article("青石晚报", "跨江大桥下月封闭三个月", CHINESE, hours=3, language="zh"),
        article(
            "江南日报",
            "跨江大桥将封闭检修",
            (*CHINESE[:3], "记者李明报道。"),
            hours=9,
            language="zh",
            url="https://jiangnan.example/a/2",
        ),
        article(
            "Coast Herald",
            "Council waives mooring fees after long night",
            (
                (
                    "Port Ansel's council waived mooring fees for fishing crews early on "
                    "Friday, after nine hours of debate over who should pay for the wall."
                ),
                (
                    "The vote was seven to four. Members who were against it said that the "
                    "town could not give up the income while the harbour stood closed."
                ),
                ENGLISH[4],
            ),
            hours=30,
        ),
    ]


def revised() -> Article:
    """Return the first article as its outlet changed it later."""
    first = newsroom()[0]
    blocks = (
        Block(ENGLISH[0].replace("six weeks", "eight weeks")),
        *first.blocks[1:],
        Block("This article was corrected: the closure lasts eight weeks, not six."),
    )
    return article(
        "Meridian Wire",
        first.headline,
        tuple(block.text for block in blocks),
        agency="Meridian",
        byline=first.byline,
        modified=START + timedelta(hours=20),
        fetched=START + timedelta(hours=21),
    )


def build(path: Path) -> Path:
    """Build the database at *path*."""
    with Store.open(path, now=lambda: NOW) as store:
        for one in [*newsroom(), revised()]:
            store.add(one)
        store.db.execute(
            "INSERT OR IGNORE INTO pairs (a, b, verdict, jaccard, containment_a,"
            " containment_b, reason) SELECT min(x.id, y.id), max(x.id, y.id),"
            " 'rejected', 0.31, 0.4, 0.5, 'too little shared'"
            " FROM articles x, articles y WHERE x.headline LIKE 'Council waives%'"
            " AND y.headline LIKE 'Ferries to sail%'"
        )
    return path
