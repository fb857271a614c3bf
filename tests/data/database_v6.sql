-- A database as the sixth version wrote it: without what each round asks for.
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE TABLE agencies (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,  -- canonical; 'unnamed agency' where a page names none
    names TEXT,                 -- JSON: language code to the names used in it
    home TEXT,
    country TEXT
);
CREATE TABLE outlets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    host TEXT,
    home TEXT,
    language TEXT,
    country TEXT,
    agency INTEGER REFERENCES agencies(id),  -- set where the outlet is an agency's own
    feeds TEXT,                 -- JSON list
    last_success TEXT,
    usual_yield REAL            -- new articles a day
);
CREATE INDEX outlets_host ON outlets(host);
CREATE INDEX outlets_agency ON outlets(agency);
CREATE INDEX outlets_country ON outlets(country);
CREATE INDEX outlets_language ON outlets(language);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,      -- without credentials and home paths
    started TEXT NOT NULL,
    ended TEXT,
    outcome TEXT NOT NULL DEFAULT 'running',  -- running, done, look, failed, killed
    error TEXT,
    counts TEXT                 -- JSON: what the run counted, by reason
);
CREATE INDEX runs_started ON runs(started);
CREATE INDEX runs_outcome ON runs(outcome);
CREATE TABLE run_outlets (
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    outlet INTEGER NOT NULL REFERENCES outlets(id),
    pages INTEGER NOT NULL DEFAULT 0,
    articles INTEGER NOT NULL DEFAULT 0,
    copies INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,
    counts TEXT,                -- JSON: every other count
    PRIMARY KEY (run, outlet)
) WITHOUT ROWID;
CREATE INDEX run_outlets_outlet ON run_outlets(outlet);
CREATE TABLE stories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- minted once, never used again
    name TEXT,                  -- the canonical's headline
    anchor INTEGER REFERENCES articles(id),
    canonical INTEGER REFERENCES articles(id),
    first INTEGER REFERENCES articles(id),  -- printed it first; empty: undecided
    kept INTEGER,               -- the article that a person wants shown
    size INTEGER NOT NULL DEFAULT 1,
    outlets INTEGER NOT NULL DEFAULT 1,
    first_published TEXT,
    last_published TEXT
);
CREATE TABLE story_aliases (
    id INTEGER PRIMARY KEY,     -- the id that was merged away
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE
);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url_key TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    canonical_url TEXT,
    outlet INTEGER REFERENCES outlets(id),
    headline TEXT NOT NULL,
    subheadline TEXT,
    byline TEXT,
    authors TEXT,               -- JSON list of names
    dateline TEXT,
    agency INTEGER REFERENCES agencies(id),
    language TEXT,
    published TEXT,
    published_precision TEXT,   -- day, minute, second
    published_from TEXT,
    modified TEXT,
    modified_precision TEXT,
    modified_from TEXT,
    fetched TEXT,               -- first fetched
    updated TEXT,               -- when this text was first fetched
    section TEXT,
    tags TEXT,                  -- JSON list
    image TEXT,
    captions TEXT,              -- JSON list: what its pictures say on their own
    access TEXT,                -- free, metered, paywalled
    words INTEGER NOT NULL DEFAULT 0,
    -- Deferred: article and story name each other, and the article is written first.
    story INTEGER REFERENCES stories(id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL DEFAULT 'canonical',  -- canonical, copy
    extractor TEXT,
    field_sources TEXT,         -- JSON: field to the witness that it was read from
    content_hash TEXT,          -- of the page's bytes
    text_hash INTEGER,          -- of the folded clean body; empty: no words
    headline_hash INTEGER,      -- of the folded headline; empty: none that counts
    url_id TEXT,                -- the number or UUID in its URL
    indexed INTEGER NOT NULL DEFAULT 0,  -- the first of its text: proposes candidates
    block_kinds TEXT NOT NULL DEFAULT '',  -- a letter a block: p h l q c t
    body TEXT NOT NULL DEFAULT '',  -- the clean blocks, parted by a blank line
    name TEXT GENERATED ALWAYS AS (headline) VIRTUAL  -- datasette's label
);
CREATE INDEX articles_outlet ON articles(outlet, published);
CREATE INDEX articles_agency ON articles(agency, published, outlet);
CREATE INDEX articles_language ON articles(language, published);
CREATE INDEX articles_published ON articles(published);
CREATE INDEX articles_story ON articles(story, role);
CREATE INDEX articles_role ON articles(role, published);
CREATE INDEX articles_section ON articles(section);
CREATE INDEX articles_access ON articles(access);
CREATE INDEX articles_fetched ON articles(fetched);
CREATE INDEX articles_text_hash ON articles(text_hash);
CREATE INDEX articles_headline_hash ON articles(headline_hash)
    WHERE headline_hash IS NOT NULL;
CREATE INDEX articles_url_id ON articles(outlet, url_id) WHERE url_id IS NOT NULL;
CREATE INDEX stories_anchor ON stories(anchor);
CREATE INDEX stories_canonical ON stories(canonical);
CREATE INDEX stories_first ON stories(first);
CREATE INDEX stories_size ON stories(size);
CREATE INDEX stories_outlets ON stories(outlets);
CREATE INDEX stories_first_published ON stories(first_published);
CREATE INDEX stories_last_published ON stories(last_published);
CREATE INDEX story_aliases_story ON story_aliases(story);
CREATE TABLE removed_blocks (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,  -- among the extracted blocks, from 0
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL,       -- headline, repeat, near repeat, source line, boilerplate
    repeats INTEGER             -- position of the kept block; empty: the headline, or none
);
CREATE INDEX removed_blocks_article ON removed_blocks(article, position);
CREATE INDEX removed_blocks_reason ON removed_blocks(reason);
CREATE INDEX removed_blocks_kind ON removed_blocks(kind);
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    headline TEXT NOT NULL,
    subheadline TEXT,
    modified TEXT,              -- as the page said then
    fetched TEXT,               -- when this text was fetched
    replaced TEXT,              -- when the next one was
    content_hash TEXT,
    block_kinds TEXT NOT NULL,
    body TEXT NOT NULL          -- the extracted blocks, parted by a blank line
);
CREATE INDEX revisions_article ON revisions(article);
CREATE TABLE tombstones (
    url_key TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    forgotten TEXT NOT NULL
);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    url_key TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'article',  -- or feed, news sitemap, sitemap, section
    outlet INTEGER REFERENCES outlets(id),
    article INTEGER REFERENCES articles(id) ON DELETE SET NULL,
    outcome TEXT,               -- article, not an article, failed, listing; empty: waits
    reason TEXT,
    url_id TEXT,                -- the number or UUID in its URL
    hint TEXT,                  -- its date as the source that named it told
    status INTEGER,
    etag TEXT,
    last_modified TEXT,
    content_hash TEXT,
    first_seen TEXT,
    first_fetched TEXT,
    last_fetched TEXT,
    changed TEXT,               -- when its content last differed
    next_check TEXT,
    interval REAL,              -- seconds between two looks
    fetches INTEGER NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,  -- since the last success
    found INTEGER NOT NULL DEFAULT 0,  -- links that this source ever named
    fresh INTEGER NOT NULL DEFAULT 0,  -- those that were new
    warc_file TEXT,
    warc_offset INTEGER
);
CREATE INDEX pages_outlet ON pages(outlet, kind, outcome, next_check);
CREATE INDEX pages_url_id ON pages(url_id, outlet) WHERE url_id IS NOT NULL;
CREATE INDEX pages_outcome ON pages(outcome, reason);
CREATE INDEX pages_kind ON pages(kind);
CREATE INDEX pages_next_check ON pages(next_check);
CREATE INDEX pages_status ON pages(status);
CREATE INDEX pages_article ON pages(article);
CREATE TABLE robots (
    host TEXT PRIMARY KEY,      -- scheme, name and port
    status INTEGER,             -- empty: it could not be fetched
    body TEXT NOT NULL,
    etag TEXT,
    fetched TEXT NOT NULL
);
CREATE TABLE signatures (
    article INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    minima BLOB NOT NULL        -- num_perm little-endian uint32
);
CREATE TABLE bands (
    key INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (key, article)
) WITHOUT ROWID;
CREATE TABLE passage_keys (
    key INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (key, article)
) WITHOUT ROWID;
CREATE TABLE stranger_passages (
    key INTEGER PRIMARY KEY     -- shared by mostly strangers: no evidence
);
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL         -- JSON
);
CREATE TABLE pairs (
    a INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,  -- the smaller id
    b INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    verdict TEXT NOT NULL,
    jaccard REAL,
    containment_a REAL,         -- share of a's shingles found in b
    containment_b REAL,
    longest_passage INTEGER,    -- words
    differences INTEGER,        -- short gaps between what both texts hold
    numbers INTEGER,            -- of the differences, those in numbers
    names INTEGER,              -- of the differences, those in names
    same_headline INTEGER,
    headline_similarity REAL,   -- share of the headlines' words in common
    hours_apart REAL,
    reason TEXT,
    run INTEGER REFERENCES runs(id) ON DELETE SET NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX pairs_b ON pairs(b);
CREATE INDEX pairs_verdict ON pairs(verdict, jaccard);
CREATE INDEX pairs_run ON pairs(run);
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    a INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,  -- the smaller id
    b INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    answer TEXT NOT NULL CHECK (answer IN ('same', 'different', 'unsure')),
    reviewer TEXT NOT NULL,
    reviewed TEXT NOT NULL,
    note TEXT
);
CREATE INDEX reviews_pair ON reviews(a, b);
CREATE INDEX reviews_b ON reviews(b);
CREATE INDEX reviews_answer ON reviews(answer)
;
CREATE TABLE block_prints (
    outlet INTEGER NOT NULL,
    block INTEGER NOT NULL,     -- hash of the folded block
    article INTEGER NOT NULL,
    PRIMARY KEY (outlet, block, article)
) WITHOUT ROWID;
CREATE TABLE outlet_blocks (
    outlet INTEGER NOT NULL REFERENCES outlets(id),
    block INTEGER NOT NULL,
    text TEXT NOT NULL,         -- as first printed
    stories INTEGER NOT NULL,
    days INTEGER NOT NULL,
    first_day TEXT,
    last_day TEXT,
    boilerplate INTEGER NOT NULL DEFAULT 0,
    stale INTEGER NOT NULL DEFAULT 0,  -- to be counted again by settle
    PRIMARY KEY (outlet, block)
) WITHOUT ROWID;
CREATE INDEX outlet_blocks_boilerplate ON outlet_blocks(boilerplate, outlet);
CREATE INDEX outlet_blocks_stale ON outlet_blocks(stale) WHERE stale;
CREATE TABLE settle_queue (
    article INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    reason TEXT NOT NULL
);
CREATE TABLE key_filters (
    slice INTEGER PRIMARY KEY,  -- of the keys' range; one that is not here holds anything
    keys INTEGER NOT NULL,      -- that the filter was made for, about
    bits BLOB NOT NULL          -- little-endian uint64; a key sets four bits of one
);
CREATE TABLE recent_keys (
    article INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    turn INTEGER NOT NULL,      -- slices of the keys' range written before it came
    bands BLOB NOT NULL,        -- a little-endian uint32 a band
    passages BLOB NOT NULL      -- little-endian int64
);
CREATE INDEX recent_keys_turn ON recent_keys(turn);
CREATE VIRTUAL TABLE search USING fts5(headline, body, content='', detail='full', tokenize='ascii');
CREATE VIEW clean_articles AS 
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
WHERE articles.role = 'canonical';
CREATE VIEW copies AS 
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
WHERE copy.role = 'copy';
CREATE VIEW run_health AS 
SELECT runs.id AS run_id, runs.command, runs.started, runs.outcome,
    round((julianday(runs.ended) - julianday(runs.started)) * 1440, 1) AS minutes,
    sum(run_outlets.pages) AS pages, sum(run_outlets.articles) AS articles,
    sum(run_outlets.copies) AS copies, sum(run_outlets.errors) AS errors,
    count(run_outlets.outlet) AS outlets, runs.error
FROM runs
LEFT JOIN run_outlets ON run_outlets.run = runs.id
GROUP BY runs.id;
CREATE TABLE crowded_keys (
    kind INTEGER NOT NULL,      -- 0 band, 1 passage, 2 headline
    key INTEGER NOT NULL,
    text_rank INTEGER NOT NULL, -- one of the first texts, by their hashes
    PRIMARY KEY (kind, key, text_rank)
) WITHOUT ROWID;
CREATE TABLE lone_keys (
    key INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (key, article)
) WITHOUT ROWID;
CREATE TABLE outlet_counts (
    outlet INTEGER PRIMARY KEY, -- 0: articles without an outlet
    articles INTEGER NOT NULL,
    alone INTEGER NOT NULL,     -- of stories that no other outlet printed
    first INTEGER NOT NULL,     -- of stories that it printed first
    later INTEGER NOT NULL,     -- of stories that another one printed first
    undecided INTEGER NOT NULL  -- of stories of which nobody knows who was first
);
CREATE TABLE agency_counts (
    agency INTEGER NOT NULL,
    outlet INTEGER NOT NULL,    -- 0: articles without an outlet
    articles INTEGER NOT NULL,
    PRIMARY KEY (agency, outlet)
) WITHOUT ROWID
;
CREATE VIEW agency_use AS 
SELECT agencies.name AS agency, outlets.name AS outlet, counted.articles,
    round(1.0 * counted.articles / totals.articles, 4) AS share_of_outlet,
    counted.agency AS agency_id, outlets.id AS outlet_id
FROM agency_counts AS counted
JOIN agencies ON agencies.id = counted.agency
JOIN outlet_counts AS totals ON totals.outlet = counted.outlet
LEFT JOIN outlets ON outlets.id = counted.outlet
WHERE counted.articles > 0;
CREATE VIEW outlet_dependence AS 
SELECT outlets.name AS outlet, counted.articles, counted.alone, counted.first,
    counted.later, counted.undecided,
    round(1.0 * counted.later / nullif(counted.articles - counted.undecided, 0), 4)
        AS share_first_printed_elsewhere,
    outlets.id AS outlet_id
FROM outlet_counts AS counted
LEFT JOIN outlets ON outlets.id = counted.outlet
WHERE counted.articles > 0;
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (1, 'wirecopy', 'create_outlets_and_agencies', '2026-11-22 21:39:47.440492+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (2, 'wirecopy', 'create_runs', '2026-11-22 21:39:47.441487+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (3, 'wirecopy', 'create_articles', '2026-11-22 21:39:47.449628+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (4, 'wirecopy', 'create_pages', '2026-11-22 21:39:47.459667+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (5, 'wirecopy', 'create_index', '2026-11-22 21:39:47.460851+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (6, 'wirecopy', 'create_pairs', '2026-11-22 21:39:47.474333+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (7, 'wirecopy', 'create_outlet_blocks', '2026-11-22 21:39:47.475704+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (8, 'wirecopy', 'create_search', '2026-11-22 21:39:47.476900+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (9, 'wirecopy', 'create_views', '2026-11-22 21:39:47.483095+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (10, 'wirecopy', 'follow_common_keys', '2026-11-22 21:39:47.484003+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (11, 'wirecopy', 'count_what_outlets_print', '2026-11-28 02:27:50.335611+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (12, 'wirecopy', 'part_words_of_arabic_script', '2026-11-28 02:27:50.361908+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (13, 'wirecopy', 'fold_anew', '2026-11-28 02:27:50.545140+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (14, 'wirecopy', 'let_keys_wait', '2026-11-28 05:17:49.931945+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (15, 'wirecopy', 'write_words_at_the_commit', '2026-11-28 05:17:49.931945+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (16, 'wirecopy', 'tell_what_nobody_holds', '2026-11-28 05:17:49.931945+00:00');
INSERT INTO agencies (id, name, names, home, country) VALUES (1, 'Northern Wire', NULL, NULL, NULL);
INSERT INTO outlets (id, name, host, home, language, country, agency, feeds, last_success, usual_yield) VALUES (1, 'Harbour Post', 'harbour-post.test', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO outlets (id, name, host, home, language, country, agency, feeds, last_success, usual_yield) VALUES (2, 'Valley Echo', 'valley-echo.test', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO stories (id, name, anchor, canonical, first, kept, size, outlets, first_published, last_published) VALUES (1, 'Neten tormipra torshibari prator hanzu ceszu komi', 1, 1, 1, NULL, 2, 2, '2026-11-01T06:01:00Z', '2026-11-01T06:02:00Z');
INSERT INTO stories (id, name, anchor, canonical, first, kept, size, outlets, first_published, last_published) VALUES (2, 'Prahanhanba baten tenel ceskotor kodowuri neelpra salba', 3, 3, 3, NULL, 1, 1, '2026-11-01T06:03:00Z', '2026-11-01T06:03:00Z');
INSERT INTO articles (id, url_key, url, canonical_url, outlet, headline, subheadline, byline, authors, dateline, agency, language, published, published_precision, published_from, modified, modified_precision, modified_from, fetched, updated, section, tags, image, captions, access, words, story, role, extractor, field_sources, content_hash, text_hash, headline_hash, url_id, indexed, block_kinds, body) VALUES (1, 'harbour-post.test/news/story-1', 'http://harbour-post.test/news/story-1', NULL, 1, 'Neten tormipra torshibari prator hanzu ceszu komi', NULL, NULL, NULL, NULL, 1, 'en', '2026-11-01T06:01:00Z', 'minute', NULL, NULL, NULL, NULL, '2026-11-01T07:01:00Z', '2026-11-01T07:01:00Z', NULL, NULL, NULL, NULL, NULL, 125, 1, 'canonical', '', NULL, NULL, -4605932227871111479, 5656106044224838493, NULL, 1, 'ppppp', 'Mitorsalne nevimu bamigar zusal shiri babalo zuwuel mugarnemu zutor cesgarces ripraelsal. Wulowulo tensalwune vihanneel gartenlo torelkozu torlo vielne elwushi pratenmu torlo mulowushi ceszupra batormihan loritormu.

Hanshiten garmigarba prapraneba prashi hantor bacesko netor muripra saltensal. Salelnedo ridodo salsal lomuprami muvi elten logarmiwu torlomupra zumizu kosalwu dohan.

Elgarsal shihan miwushiten prabamuko zugartenri vilobapra hanbamu mishiri muzumi dohanzune muelkoten mutorprami dorimu. Shitor bakohan mido shiceskoshi kosalhanshi nesal miba bagarmitor muwu tennezu elri milomi salnerizu bator eldovi koceswu.

Saltor hanneviten domu miko koshido vido tentorshi muripra komumigar shikoko batorvine ritor kocesten wumi doelmi salhanrices. Miprazu mielzuten lobahan salko milolo nevidosal torces bazushishi salmi.

Garpramuba dohancesces elmunene eldo cescessalpra cestor hantentorhan salsalshi elel koripralo tensalmu eltornevi dolotenel loko prasalces. Mizuelgar wuvi vicesgar ceswuripra ceszusal elbaten shibawu mimu rimudo migarhan lone.');
INSERT INTO articles (id, url_key, url, canonical_url, outlet, headline, subheadline, byline, authors, dateline, agency, language, published, published_precision, published_from, modified, modified_precision, modified_from, fetched, updated, section, tags, image, captions, access, words, story, role, extractor, field_sources, content_hash, text_hash, headline_hash, url_id, indexed, block_kinds, body) VALUES (2, 'valley-echo.test/news/story-2', 'http://valley-echo.test/news/story-2', NULL, 2, 'Neten tormipra torshibari prator hanzu ceszu komi', NULL, NULL, NULL, NULL, 1, 'en', '2026-11-01T06:02:00Z', 'minute', NULL, NULL, NULL, NULL, '2026-11-01T07:02:00Z', '2026-11-01T07:02:00Z', NULL, NULL, NULL, NULL, NULL, 125, 1, 'copy', '', NULL, NULL, -4605932227871111479, 5656106044224838493, NULL, 0, 'ppppp', 'Mitorsalne nevimu bamigar zusal shiri babalo zuwuel mugarnemu zutor cesgarces ripraelsal. Wulowulo tensalwune vihanneel gartenlo torelkozu torlo vielne elwushi pratenmu torlo mulowushi ceszupra batormihan loritormu.

Hanshiten garmigarba prapraneba prashi hantor bacesko netor muripra saltensal. Salelnedo ridodo salsal lomuprami muvi elten logarmiwu torlomupra zumizu kosalwu dohan.

Elgarsal shihan miwushiten prabamuko zugartenri vilobapra hanbamu mishiri muzumi dohanzune muelkoten mutorprami dorimu. Shitor bakohan mido shiceskoshi kosalhanshi nesal miba bagarmitor muwu tennezu elri milomi salnerizu bator eldovi koceswu.

Saltor hanneviten domu miko koshido vido tentorshi muripra komumigar shikoko batorvine ritor kocesten wumi doelmi salhanrices. Miprazu mielzuten lobahan salko milolo nevidosal torces bazushishi salmi.

Garpramuba dohancesces elmunene eldo cescessalpra cestor hantentorhan salsalshi elel koripralo tensalmu eltornevi dolotenel loko prasalces. Mizuelgar wuvi vicesgar ceswuripra ceszusal elbaten shibawu mimu rimudo migarhan lone.');
INSERT INTO articles (id, url_key, url, canonical_url, outlet, headline, subheadline, byline, authors, dateline, agency, language, published, published_precision, published_from, modified, modified_precision, modified_from, fetched, updated, section, tags, image, captions, access, words, story, role, extractor, field_sources, content_hash, text_hash, headline_hash, url_id, indexed, block_kinds, body) VALUES (3, 'valley-echo.test/news/story-3', 'http://valley-echo.test/news/story-3', NULL, 2, 'Prahanhanba baten tenel ceskotor kodowuri neelpra salba', NULL, NULL, NULL, NULL, NULL, 'fa', '2026-11-01T06:03:00Z', 'minute', NULL, NULL, NULL, NULL, '2026-11-01T07:03:00Z', '2026-11-01T07:03:00Z', NULL, NULL, NULL, NULL, NULL, 118, 2, 'canonical', '', NULL, NULL, 2230369949782766644, -4493906535330908871, NULL, 1, 'pppppp', 'Loviprapra praces salmuwu lolovi muten vibatorten batormisal elhanelces elshiwu hanko nesal garpradolo. Vishishices cesbasalpra tenhanwuces rizuprawu salkohan komigar bagar hanbapra vishi hanwulowu barilo wusal tenbahan virihan nelopra.

Wumisalpra mudowulo dotorwudo praprako dovicespra elbako baviprasal dovidovi saltorrimi zurilozu. Dozu zuridodo garhan koel hanne torba domi tensalmipra dorisaltor neprasal garcestenba wugarwuces bane.

Domukoshi rimuba lotenhangar bael lomu logar ririwulo viten hanrimusal miba shigartormu logarnetor hantor. Bane hanko netenkovi shiviten garriba vikotenvi zulopraba koprator garzune.

Lozu mimu hances wushihan neri zuhantorzu dolomiel ritorba shizu tenbami bari miwushi. Wushi elrielces shihan mimu prane torvivivi shiwuvi wugar wugarshishi zutengarhan.

Nene logarelten torrilo hanlo zuhanshi shisalmuba mimushi dotor garzu shinemimi bawukoces. Ceshanpra komusalhan riprazu hansal dogar torrisalces vishi dobadovi mushi.

خانه‌ها ویران شدند.');
INSERT INTO signatures (article, minima) VALUES (1, X'055A8500B27ECC00A6AF7C00ABFFB4016EB31600957A1E02A1914B0022B742011346420886DB22017C53BB02FAF2CD00B48B1B004C0A18007A08650263705B006AF6E607BEA495034CC4B8004B8E5E0241CD8D00BD4A300296F3EC0357E05200BEA1EB0052C51301BFF03B020F8B6100C7390A08E715060572BCAF0091E91A017E027D00313D0C04839EF101101774007BEBD502307D43006B194601DBD2F5000F31AB02590447026E859E011F1C4201BD5A3A012EE60300A3870F0057029D006719FC00170583007942DE01B3097E03FB5820021A0BDA026882230395F7910021340B00A516A9032927A3009A3F2600BAB1670132CFB0018C468D053F3EC703D1182E0355EC260330210B071D31100224E24601721B4101B5AE3800C73A8C012CA3C3061361A6027B8ED201A1AB0503D476AE097549F800785070014075F30303A8AF00FEE418066CCFB200EEF02F0052D9950466DFC100D7E31200E8AF59028C1E8200CF4E0900C9E76E0174561904ECAC5000EE8652009A89880189C83100AFA4EA012AE92D000DFE14037F67BD009C56E6004D96D602C9587800D778C50244F89C02253B5403518E9D01F1C99C026F42400083456F02B425A400D0200B01CC798D00BAE53105496382004FBD0E00CD2FA602DA5D00028E2D3503C313FD001EE4AF000C2DB700F30A2E00C4A5E8006F3F8D00AA4E3E00945544013553A900');
INSERT INTO signatures (article, minima) VALUES (3, X'3AB6B704830B57016362BE00D0709B00461C6E08D9BB260009C50C0000659F015DF00200EA4D34004C8A7C01B955E30171D6E40222067C01DE28A601ACB9C307D10F280029942401F6E98D01B1EB40061260A7011085B102E960A4015C43C9034D0E0E01DE5B6B019FAD0D02DE6F3D01F395120179637300CC9DFC006324C200C7B7BB0108B764009C4FEB00F511D0019FA073039AA71E0150D59E00729E7900A2634E014F533803FE6F980062283C056B5BC50082642404DB0F350193173E01438A5302551E9F035D9D980B153063003F271A012C165D03857B15039257650167244502080EAB001217F400A8947A02739F9D00E20E0F020B1049056D76CE053A141E029F71B50082E73F00D462A6004E442B0047B0B0008856E8006E69CA007E2F98004B76BF006B1170011348DF05AF87B600EBB301006A9E4C0173456500E6729F03FA083E03DE7D27011968E0074AE6DD00BEC2DD0038BC5D0166F8030652E7C00024B0FD0035C00000B14A0B052277010169BEFD07EBE1F502E79C8701C93E9201F15FAF00A4731001EFD85303CF54CA01687A7101A3A1AB0041EC1A02554CDE00A2BE0200A361EE0007A56A01630F66008B950E050181C4004FF83B00F09E2700FE5B3101FA14A10019B56E03EFE6EF050916C1030A8D1A01CFBE2C0498BF5A01E2C2660565F75F038584FB01415A2401E75932009082F30079CA2900');
INSERT INTO bands (key, article) VALUES (8390972169, 1);
INSERT INTO bands (key, article) VALUES (9504323775, 1);
INSERT INTO bands (key, article) VALUES (17059451985, 1);
INSERT INTO bands (key, article) VALUES (18893889951, 1);
INSERT INTO bands (key, article) VALUES (22485958597, 1);
INSERT INTO bands (key, article) VALUES (27644273881, 1);
INSERT INTO bands (key, article) VALUES (32677932898, 1);
INSERT INTO bands (key, article) VALUES (35483001344, 1);
INSERT INTO bands (key, article) VALUES (41142811647, 1);
INSERT INTO bands (key, article) VALUES (43823829825, 1);
INSERT INTO bands (key, article) VALUES (50375994807, 1);
INSERT INTO bands (key, article) VALUES (55066793995, 1);
INSERT INTO bands (key, article) VALUES (57856632367, 1);
INSERT INTO bands (key, article) VALUES (61185626955, 1);
INSERT INTO bands (key, article) VALUES (65921362206, 1);
INSERT INTO bands (key, article) VALUES (70373628593, 1);
INSERT INTO bands (key, article) VALUES (77308339373, 1);
INSERT INTO bands (key, article) VALUES (81256071597, 1);
INSERT INTO bands (key, article) VALUES (84254761236, 1);
INSERT INTO bands (key, article) VALUES (89204837435, 1);
INSERT INTO bands (key, article) VALUES (93675152905, 1);
INSERT INTO bands (key, article) VALUES (97029855814, 1);
INSERT INTO bands (key, article) VALUES (102409349665, 1);
INSERT INTO bands (key, article) VALUES (104230592673, 1);
INSERT INTO bands (key, article) VALUES (109615351114, 1);
INSERT INTO bands (key, article) VALUES (112167856894, 1);
INSERT INTO bands (key, article) VALUES (117985813926, 1);
INSERT INTO bands (key, article) VALUES (121908765880, 1);
INSERT INTO bands (key, article) VALUES (125386043419, 1);
INSERT INTO bands (key, article) VALUES (130106484215, 1);
INSERT INTO bands (key, article) VALUES (135517756772, 1);
INSERT INTO bands (key, article) VALUES (139350072246, 1);
INSERT INTO passage_keys (key, article) VALUES (-8658931798528833085, 1);
INSERT INTO passage_keys (key, article) VALUES (-7346306111224164203, 1);
INSERT INTO passage_keys (key, article) VALUES (-5098237412134227539, 1);
INSERT INTO passage_keys (key, article) VALUES (-5063449729119150422, 1);
INSERT INTO passage_keys (key, article) VALUES (-3662565671145414915, 1);
INSERT INTO passage_keys (key, article) VALUES (-3117190361388872314, 1);
INSERT INTO passage_keys (key, article) VALUES (-955719539083703962, 1);
INSERT INTO passage_keys (key, article) VALUES (512531274595897594, 1);
INSERT INTO passage_keys (key, article) VALUES (2661401434697163972, 1);
INSERT INTO passage_keys (key, article) VALUES (4541835864642023323, 1);
INSERT INTO pairs (a, b, verdict, jaccard, containment_a, containment_b, longest_passage, differences, numbers, names, same_headline, headline_similarity, hours_apart, reason, run) VALUES (1, 2, 'exact', 1.0, 1.0, 1.0, 125, 0, 0, 0, 1, 1.0, 0.02, 'equal after folding', NULL);
INSERT INTO block_prints (outlet, block, article) VALUES (1, 1473059236703486808, 1);
INSERT INTO block_prints (outlet, block, article) VALUES (1, 2687890768972159409, 1);
INSERT INTO block_prints (outlet, block, article) VALUES (1, 2698350124408871364, 1);
INSERT INTO block_prints (outlet, block, article) VALUES (1, 2829686450139792895, 1);
INSERT INTO block_prints (outlet, block, article) VALUES (1, 5826862013794034477, 1);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 1473059236703486808, 2);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 2122367031571027731, 3);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 2687890768972159409, 2);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 2698350124408871364, 2);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 2829686450139792895, 2);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 4281950335540924233, 3);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 4871191213781536675, 3);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 4957406771222275409, 3);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 5373253234043385459, 3);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 5678508646458578918, 3);
INSERT INTO block_prints (outlet, block, article) VALUES (2, 5826862013794034477, 2);
INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) VALUES (1, 1, 0, 1, 0, 0);
INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) VALUES (2, 2, 1, 0, 1, 0);
INSERT INTO agency_counts (agency, outlet, articles) VALUES (1, 1, 1);
INSERT INTO agency_counts (agency, outlet, articles) VALUES (1, 2, 1);
DELETE FROM sqlite_sequence WHERE name = 'stories';
INSERT INTO sqlite_sequence (name, seq) VALUES ('stories', 2);
DELETE FROM sqlite_sequence WHERE name = 'articles';
INSERT INTO sqlite_sequence (name, seq) VALUES ('articles', 3);
DELETE FROM sqlite_sequence WHERE name = 'articles';
INSERT INTO sqlite_sequence (name, seq) VALUES ('articles', 3);
DELETE FROM sqlite_sequence WHERE name = 'stories';
INSERT INTO sqlite_sequence (name, seq) VALUES ('stories', 2);
INSERT INTO search (rowid, headline, body) VALUES (1, 'neten tormipra torshibari prator hanzu ceszu komi', 'mitorsalne nevimu bamigar zusal shiri babalo zuwuel mugarnemu zutor cesgarces ripraelsal wulowulo tensalwune vihanneel gartenlo torelkozu torlo vielne elwushi pratenmu torlo mulowushi ceszupra batormihan loritormu hanshiten garmigarba prapraneba prashi hantor bacesko netor muripra saltensal salelnedo ridodo salsal lomuprami muvi elten logarmiwu torlomupra zumizu kosalwu dohan elgarsal shihan miwushiten prabamuko zugartenri vilobapra hanbamu mishiri muzumi dohanzune muelkoten mutorprami dorimu shitor bakohan mido shiceskoshi kosalhanshi nesal miba bagarmitor muwu tennezu elri milomi salnerizu bator eldovi koceswu saltor hanneviten domu miko koshido vido tentorshi muripra komumigar shikoko batorvine ritor kocesten wumi doelmi salhanrices miprazu mielzuten lobahan salko milolo nevidosal torces bazushishi salmi garpramuba dohancesces elmunene eldo cescessalpra cestor hantentorhan salsalshi elel koripralo tensalmu eltornevi dolotenel loko prasalces mizuelgar wuvi vicesgar ceswuripra ceszusal elbaten shibawu mimu rimudo migarhan lone');
INSERT INTO search (rowid, headline, body) VALUES (2, 'neten tormipra torshibari prator hanzu ceszu komi', 'mitorsalne nevimu bamigar zusal shiri babalo zuwuel mugarnemu zutor cesgarces ripraelsal wulowulo tensalwune vihanneel gartenlo torelkozu torlo vielne elwushi pratenmu torlo mulowushi ceszupra batormihan loritormu hanshiten garmigarba prapraneba prashi hantor bacesko netor muripra saltensal salelnedo ridodo salsal lomuprami muvi elten logarmiwu torlomupra zumizu kosalwu dohan elgarsal shihan miwushiten prabamuko zugartenri vilobapra hanbamu mishiri muzumi dohanzune muelkoten mutorprami dorimu shitor bakohan mido shiceskoshi kosalhanshi nesal miba bagarmitor muwu tennezu elri milomi salnerizu bator eldovi koceswu saltor hanneviten domu miko koshido vido tentorshi muripra komumigar shikoko batorvine ritor kocesten wumi doelmi salhanrices miprazu mielzuten lobahan salko milolo nevidosal torces bazushishi salmi garpramuba dohancesces elmunene eldo cescessalpra cestor hantentorhan salsalshi elel koripralo tensalmu eltornevi dolotenel loko prasalces mizuelgar wuvi vicesgar ceswuripra ceszusal elbaten shibawu mimu rimudo migarhan lone');
INSERT INTO search (rowid, headline, body) VALUES (3, 'prahanhanba baten tenel ceskotor kodowuri neelpra salba', 'loviprapra praces salmuwu lolovi muten vibatorten batormisal elhanelces elshiwu hanko nesal garpradolo vishishices cesbasalpra tenhanwuces rizuprawu salkohan komigar bagar hanbapra vishi hanwulowu barilo wusal tenbahan virihan nelopra wumisalpra mudowulo dotorwudo praprako dovicespra elbako baviprasal dovidovi saltorrimi zurilozu dozu zuridodo garhan koel hanne torba domi tensalmipra dorisaltor neprasal garcestenba wugarwuces bane domukoshi rimuba lotenhangar bael lomu logar ririwulo viten hanrimusal miba shigartormu logarnetor hantor bane hanko netenkovi shiviten garriba vikotenvi zulopraba koprator garzune lozu mimu hances wushihan neri zuhantorzu dolomiel ritorba shizu tenbami bari miwushi wushi elrielces shihan mimu prane torvivivi shiwuvi wugar wugarshishi zutengarhan nene logarelten torrilo hanlo zuhanshi shisalmuba mimushi dotor garzu shinemimi bawukoces ceshanpra komusalhan riprazu hansal dogar torrisalces vishi dobadovi mushi خانه ها ويران شدند');
INSERT INTO search (search, rank) VALUES ('automerge', 8);
INSERT INTO search (search, rank) VALUES ('hashsize', 16777216);
INSERT INTO recent_keys (article, turn, bands, passages) VALUES (3, 0, x'e2c712468ca0ebc1822ea7e906ce60217569012b4807032d3d10b594e0c2ca49b7ef9739ec61810d8f51499d91eca144e26e90ff394a33955f27d21c7e850035307947d9afecc97c1518d14dfeca6bbb1845c64c168478fa3814c6cf1475858571fd1e1e7fe4b175d56b2b756b13be60fba384107127f5adf13478b532aacbc8', x'c8148e05e2e26c8b6af37772de5ee29d061b1ff7c03699a806d628eef32c18afc5364cf4d625f8ba3f781bf2f303ae1f59efb8641bb6fa34537d9d15f06eb969324e3d8532226a768dfd47a765fa417c');
CREATE TRIGGER article_inserted AFTER INSERT ON articles BEGIN INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) SELECT coalesce(new.outlet, 0), 1, (NOT (stories.outlets > 1)), ((stories.outlets > 1) AND stories.first IS NOT NULL AND iif(stories.first = new.id, new.outlet, source.outlet) IS new.outlet), ((stories.outlets > 1) AND stories.first IS NOT NULL AND iif(stories.first = new.id, new.outlet, source.outlet) IS NOT new.outlet), ((stories.outlets > 1) AND stories.first IS NULL) FROM stories LEFT JOIN articles AS source ON source.id = stories.first WHERE stories.id = new.story ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles, alone = alone + excluded.alone, first = first + excluded.first, later = later + excluded.later, undecided = undecided + excluded.undecided; INSERT INTO agency_counts (agency, outlet, articles) SELECT new.agency, coalesce(new.outlet, 0), 1 WHERE new.agency IS NOT NULL ON CONFLICT (agency, outlet) DO UPDATE SET articles = articles + excluded.articles; END;
CREATE TRIGGER article_deleted AFTER DELETE ON articles BEGIN INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) SELECT coalesce(old.outlet, 0), -1, -(NOT (stories.outlets > 1)), -((stories.outlets > 1) AND stories.first IS NOT NULL AND iif(stories.first = old.id, old.outlet, source.outlet) IS old.outlet), -((stories.outlets > 1) AND stories.first IS NOT NULL AND iif(stories.first = old.id, old.outlet, source.outlet) IS NOT old.outlet), -((stories.outlets > 1) AND stories.first IS NULL) FROM stories LEFT JOIN articles AS source ON source.id = stories.first WHERE stories.id = old.story ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles, alone = alone + excluded.alone, first = first + excluded.first, later = later + excluded.later, undecided = undecided + excluded.undecided; INSERT INTO agency_counts (agency, outlet, articles) SELECT old.agency, coalesce(old.outlet, 0), -1 WHERE old.agency IS NOT NULL ON CONFLICT (agency, outlet) DO UPDATE SET articles = articles + excluded.articles; END;
CREATE TRIGGER article_moved AFTER UPDATE OF story, outlet ON articles WHEN old.story IS NOT new.story OR old.outlet IS NOT new.outlet BEGIN INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) SELECT coalesce(old.outlet, 0), -1, -(NOT (stories.outlets > 1)), -((stories.outlets > 1) AND stories.first IS NOT NULL AND iif(stories.first = old.id, old.outlet, source.outlet) IS old.outlet), -((stories.outlets > 1) AND stories.first IS NOT NULL AND iif(stories.first = old.id, old.outlet, source.outlet) IS NOT old.outlet), -((stories.outlets > 1) AND stories.first IS NULL) FROM stories LEFT JOIN articles AS source ON source.id = stories.first WHERE stories.id = old.story ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles, alone = alone + excluded.alone, first = first + excluded.first, later = later + excluded.later, undecided = undecided + excluded.undecided; INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) SELECT coalesce(new.outlet, 0), 1, (NOT (stories.outlets > 1)), ((stories.outlets > 1) AND stories.first IS NOT NULL AND iif(stories.first = new.id, new.outlet, source.outlet) IS new.outlet), ((stories.outlets > 1) AND stories.first IS NOT NULL AND iif(stories.first = new.id, new.outlet, source.outlet) IS NOT new.outlet), ((stories.outlets > 1) AND stories.first IS NULL) FROM stories LEFT JOIN articles AS source ON source.id = stories.first WHERE stories.id = new.story ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles, alone = alone + excluded.alone, first = first + excluded.first, later = later + excluded.later, undecided = undecided + excluded.undecided; END;
CREATE TRIGGER first_article_moved AFTER UPDATE OF outlet ON articles WHEN old.outlet IS NOT new.outlet BEGIN INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) SELECT coalesce(members.outlet, 0), -1, -(NOT (stories.outlets > 1)), -((stories.outlets > 1) AND stories.first IS NOT NULL AND old.outlet IS members.outlet), -((stories.outlets > 1) AND stories.first IS NOT NULL AND old.outlet IS NOT members.outlet), -((stories.outlets > 1) AND stories.first IS NULL) FROM stories JOIN articles AS members ON members.story = stories.id WHERE stories.first = new.id AND members.id <> new.id ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles, alone = alone + excluded.alone, first = first + excluded.first, later = later + excluded.later, undecided = undecided + excluded.undecided; INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) SELECT coalesce(members.outlet, 0), 1, (NOT (stories.outlets > 1)), ((stories.outlets > 1) AND stories.first IS NOT NULL AND new.outlet IS members.outlet), ((stories.outlets > 1) AND stories.first IS NOT NULL AND new.outlet IS NOT members.outlet), ((stories.outlets > 1) AND stories.first IS NULL) FROM stories JOIN articles AS members ON members.story = stories.id WHERE stories.first = new.id AND members.id <> new.id ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles, alone = alone + excluded.alone, first = first + excluded.first, later = later + excluded.later, undecided = undecided + excluded.undecided; END;
CREATE TRIGGER article_credited AFTER UPDATE OF agency, outlet ON articles WHEN old.agency IS NOT new.agency OR old.outlet IS NOT new.outlet BEGIN INSERT INTO agency_counts (agency, outlet, articles) SELECT old.agency, coalesce(old.outlet, 0), -1 WHERE old.agency IS NOT NULL ON CONFLICT (agency, outlet) DO UPDATE SET articles = articles + excluded.articles; INSERT INTO agency_counts (agency, outlet, articles) SELECT new.agency, coalesce(new.outlet, 0), 1 WHERE new.agency IS NOT NULL ON CONFLICT (agency, outlet) DO UPDATE SET articles = articles + excluded.articles; END;
CREATE TRIGGER story_inserted AFTER INSERT ON stories BEGIN INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) SELECT coalesce(members.outlet, 0), 1, (NOT (new.outlets > 1)), ((new.outlets > 1) AND new.first IS NOT NULL AND (SELECT outlet FROM articles WHERE id = new.first) IS members.outlet), ((new.outlets > 1) AND new.first IS NOT NULL AND (SELECT outlet FROM articles WHERE id = new.first) IS NOT members.outlet), ((new.outlets > 1) AND new.first IS NULL) FROM articles AS members WHERE members.story = new.id ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles, alone = alone + excluded.alone, first = first + excluded.first, later = later + excluded.later, undecided = undecided + excluded.undecided; END;
CREATE TRIGGER story_deleted AFTER DELETE ON stories BEGIN INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) SELECT coalesce(members.outlet, 0), -1, -(NOT (old.outlets > 1)), -((old.outlets > 1) AND old.first IS NOT NULL AND (SELECT outlet FROM articles WHERE id = old.first) IS members.outlet), -((old.outlets > 1) AND old.first IS NOT NULL AND (SELECT outlet FROM articles WHERE id = old.first) IS NOT members.outlet), -((old.outlets > 1) AND old.first IS NULL) FROM articles AS members WHERE members.story = old.id ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles, alone = alone + excluded.alone, first = first + excluded.first, later = later + excluded.later, undecided = undecided + excluded.undecided; END;
CREATE TRIGGER story_changed AFTER UPDATE OF outlets, first ON stories WHEN (old.outlets > 1) <> (new.outlets > 1) OR old.first IS NOT new.first BEGIN INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) SELECT coalesce(members.outlet, 0), -1, -(NOT (old.outlets > 1)), -((old.outlets > 1) AND old.first IS NOT NULL AND (SELECT outlet FROM articles WHERE id = old.first) IS members.outlet), -((old.outlets > 1) AND old.first IS NOT NULL AND (SELECT outlet FROM articles WHERE id = old.first) IS NOT members.outlet), -((old.outlets > 1) AND old.first IS NULL) FROM articles AS members WHERE members.story = old.id ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles, alone = alone + excluded.alone, first = first + excluded.first, later = later + excluded.later, undecided = undecided + excluded.undecided; INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided) SELECT coalesce(members.outlet, 0), 1, (NOT (new.outlets > 1)), ((new.outlets > 1) AND new.first IS NOT NULL AND (SELECT outlet FROM articles WHERE id = new.first) IS members.outlet), ((new.outlets > 1) AND new.first IS NOT NULL AND (SELECT outlet FROM articles WHERE id = new.first) IS NOT members.outlet), ((new.outlets > 1) AND new.first IS NULL) FROM articles AS members WHERE members.story = new.id ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles, alone = alone + excluded.alone, first = first + excluded.first, later = later + excluded.later, undecided = undecided + excluded.undecided; END;
PRAGMA application_id = 2003005561;
PRAGMA user_version = 1;
