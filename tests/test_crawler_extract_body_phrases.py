from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from crawler.extract.body_candidates import cut
from crawler.extract.body_phrases import is_furniture


def judged(html: str) -> bool:
    (candidate,) = cut(document_fromstring(f"<p>{html}</p>"))
    return is_furniture(candidate)


@pytest.mark.parametrize(
    "html",
    [
        "Advertisement",
        "[Anzeige]",
        "Read more: Ferry to the islands is cancelled for a third day in a row now",
        "Also read <a href=/x>Ferry to the islands is cancelled</a>",
        "Lire aussi : la digue du vieux port sera réparée",
        "اقرأ أيضا: ترميم الميناء القديم يبدأ في الربيع",
        "ये भी पढ़ें: बंदरगाह की मरम्मत",
        "延伸阅读：旧防波堤将修复",
        "更多消息请下载“港口新闻”APP",
        "更多猛料！欢迎扫描左方二维码关注港口新闻（harbour）",
        "【免责声明】本文仅代表作者本人观点，与港口网无关，请读者仅作参考。",
        "Sign up to our letter from the harbour.",
        "Follow @harbourpost for more.",
        "تابعونا على تلغرام",
        "Подписывайтесь на наш канал.",
    ],
)
def test_calls_and_labels_are_furniture(html: str) -> None:
    assert judged(html)


@pytest.mark.parametrize(
    "html",
    [
        "Read more books than you borrow, the librarian of the school told the pupils.",
        "Advertisement in the port rose by a tenth, the council said.",
        "Subscribers to the old ferry pass lose nothing, the mayor said.",
        "Copyright Harbour Wire. All rights reserved.",
        "تابعت البلدية أعمال الترميم في الميناء القديم",
    ],
)
def test_sentences_and_credits_are_not(html: str) -> None:
    assert not judged(html)
