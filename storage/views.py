"""The views that people open; datasette shows no labels in a view, so names are spelt.

Beside every name stands the id, so that a plugin or a reader can link to the row.
Joins of one row at most are LEFT JOINs: SQLite leaves those out of a count.
"""

from __future__ import annotations

VIEWS: dict[str, str] = {
    "clean_articles": """
SELECT articles.id AS article_id, articles.headline, outlets.name AS outlet,
    articles.published, agencies.name AS agency, articles.language, articles.section,
    articles.words, stories.size - 1 AS copies, stories.outlets AS printed_by,
    articles.authors, articles.url, articles.story AS story_id,
    articles.outlet AS outlet_id, articles.agency AS agency_id,
    articles.subheadline, articles.body
FROM articles
LEFT JOIN stories ON stories.id = articles.story
LEFT JOIN outlets ON outlets.id = articles.outlet
LEFT JOIN agencies ON agencies.id = articles.agency
WHERE articles.role = 'canonical'""",
    "copies": """
SELECT copy.id AS article_id, copy.headline, copy_outlet.name AS outlet, copy.published,
    canonical.headline AS canonical_headline, canonical_outlet.name AS canonical_outlet,
    canonical.published AS canonical_published,
    round((julianday(copy.published) - julianday(canonical.published)) * 24, 2)
        AS lag_hours,
    pairs.verdict, round(pairs.jaccard, 3) AS similarity,
    round(max(pairs.containment_a, pairs.containment_b), 3) AS containment,
    copy.url, canonical.url AS canonical_url,
    copy.story AS story_id, canonical.id AS canonical_id,
    copy.outlet AS outlet_id, canonical.outlet AS canonical_outlet_id
FROM articles AS copy
LEFT JOIN stories ON stories.id = copy.story
LEFT JOIN articles AS canonical ON canonical.id = stories.canonical
LEFT JOIN outlets AS copy_outlet ON copy_outlet.id = copy.outlet
LEFT JOIN outlets AS canonical_outlet ON canonical_outlet.id = canonical.outlet
LEFT JOIN pairs ON pairs.a = min(copy.id, canonical.id)
    AND pairs.b = max(copy.id, canonical.id)
WHERE copy.role = 'copy'""",
    "agency_use": """
SELECT agencies.name AS agency, outlets.name AS outlet, counted.articles,
    round(1.0 * counted.articles / totals.articles, 4) AS share_of_outlet,
    counted.agency AS agency_id, outlets.id AS outlet_id
FROM agency_counts AS counted
JOIN agencies ON agencies.id = counted.agency
JOIN outlet_counts AS totals ON totals.outlet = counted.outlet
LEFT JOIN outlets ON outlets.id = counted.outlet
WHERE counted.articles > 0""",
    "outlet_dependence": """
SELECT outlets.name AS outlet, counted.articles, counted.alone, counted.first,
    counted.later, counted.undecided,
    round(1.0 * counted.later / nullif(counted.articles - counted.undecided, 0), 4)
        AS share_first_printed_elsewhere,
    outlets.id AS outlet_id
FROM outlet_counts AS counted
LEFT JOIN outlets ON outlets.id = counted.outlet
WHERE counted.articles > 0""",
    "run_health": """
SELECT runs.id AS run_id, runs.command, runs.started, runs.outcome,
    round((julianday(runs.ended) - julianday(runs.started)) * 1440, 1) AS minutes,
    sum(run_outlets.pages) AS pages, sum(run_outlets.articles) AS articles,
    sum(run_outlets.copies) AS copies, sum(run_outlets.errors) AS errors,
    count(run_outlets.outlet) AS outlets, runs.error
FROM runs
LEFT JOIN run_outlets ON run_outlets.run = runs.id
GROUP BY runs.id""",
}
