-- 0001: the whole house. Rules of the columns: ids are 16-byte UUIDv7, times are microseconds UTC, JSON is
-- opaque text that no query looks into, every list has a total order that a page key can continue from.

-- Small named values: the tenant map, rate budgets, breakers, watermarks. One row is one cell that a
-- transaction reads and replaces.
CREATE TABLE cells (
  name       TEXT PRIMARY KEY,
  value      TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who may do a thing alone (sync, one run), until when. The token rises with each holder, so that a holder
-- that slept past its time is told so when it comes back.
CREATE TABLE leases (
  name   TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  token  INTEGER NOT NULL,
  until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id          BLOB PRIMARY KEY,
  source      TEXT NOT NULL,
  state       TEXT NOT NULL,
  request     TEXT NOT NULL,
  cursor      TEXT,
  pages       INTEGER NOT NULL DEFAULT 0,
  counters    TEXT NOT NULL DEFAULT '{}',
  total       INTEGER,
  error       TEXT,
  started_at  INTEGER NOT NULL,
  finished_at INTEGER,
  actor       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Raw rows exactly as they came, written together with the run's cursor before anything looks at them.
CREATE TABLE pages (
  run  BLOB NOT NULL REFERENCES runs(id),
  page INTEGER NOT NULL,
  rows TEXT NOT NULL,
  PRIMARY KEY (run, page)
) STRICT, WITHOUT ROWID;

-- Those that are not taken in yet: apart, because a mark on the page itself would write all its rows again.
CREATE TABLE waiting_pages (
  run  BLOB NOT NULL REFERENCES runs(id),
  page INTEGER NOT NULL,
  PRIMARY KEY (run, page)
) STRICT, WITHOUT ROWID;

CREATE TABLE row_errors (
  run    BLOB NOT NULL REFERENCES runs(id),
  line   INTEGER NOT NULL,
  reason TEXT NOT NULL,
  raw    TEXT NOT NULL,
  PRIMARY KEY (run, line)
) STRICT, WITHOUT ROWID;

-- Immutable snapshots. `company` is the golden company that a person's employer was matched to.
CREATE TABLE records (
  id          BLOB PRIMARY KEY,
  source      TEXT NOT NULL,
  kind        INTEGER NOT NULL CHECK (kind IN (0, 1)),
  external_id TEXT NOT NULL,
  seen_at     INTEGER NOT NULL,
  dated       INTEGER,
  run         BLOB,
  page        INTEGER,
  row         INTEGER,
  company     BLOB,
  fields      TEXT NOT NULL,
  edited      TEXT,
  defects     TEXT,
  quality     TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  outcome     TEXT NOT NULL
) STRICT;
-- "Do we know this id of this source?", newest snapshot first.
CREATE INDEX records_identity ON records(source, external_id, kind, id);
-- The counters of a run lead to its records, in order of arrival.
CREATE INDEX records_run ON records(run, id) WHERE run IS NOT NULL;

-- Which contact or company a record belongs to. Rows are only added; an older row of a record stops being
-- current. The rising seq is the feed from which every process keeps its matching index in step.
CREATE TABLE members (
  seq      INTEGER PRIMARY KEY,
  record   BLOB NOT NULL REFERENCES records(id),
  kind     INTEGER NOT NULL CHECK (kind IN (0, 1)),
  entity   BLOB,
  decision BLOB,
  at       INTEGER NOT NULL,
  current  INTEGER NOT NULL DEFAULT 1 CHECK (current IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX members_record ON members(record) WHERE current = 1;
CREATE INDEX members_entity ON members(entity, seq) WHERE current = 1 AND entity IS NOT NULL;

-- What lists and search show of a golden contact; the golden record itself is computed from its members. A gone
-- one was folded into another, or its making was undone; it stays, so that both can be taken back.
CREATE TABLE contacts (
  rowid       INTEGER PRIMARY KEY,
  id          BLOB NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  title       TEXT NOT NULL,
  company     TEXT NOT NULL,
  company_id  BLOB,
  email       TEXT NOT NULL,
  phone       TEXT NOT NULL,
  quality     INTEGER NOT NULL,
  sources     INTEGER NOT NULL,
  gone        INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
  folded_into BLOB,
  fingerprint BLOB NOT NULL,
  folded_text TEXT NOT NULL,
  version     INTEGER NOT NULL DEFAULT 1,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX contacts_email ON contacts(email) WHERE email <> '' AND gone = 0;
CREATE INDEX contacts_company ON contacts(company_id) WHERE company_id IS NOT NULL AND gone = 0;
-- Substring search over folded text. No positions are kept: candidates come from the index and are checked
-- against contacts.folded_text, which halves the cost of writing. It holds the contacts up to some rowid; the rest are
-- taken in when nobody waits for the writer, and looked through until then.
CREATE VIRTUAL TABLE contact_search USING fts5(
  text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
INSERT INTO contact_search(contact_search, rank) VALUES ('secure-delete', 1);

CREATE TABLE companies (
  id          BLOB PRIMARY KEY,
  name        TEXT NOT NULL,
  domain      TEXT NOT NULL,
  country     TEXT NOT NULL,
  folded_into BLOB,
  fingerprint BLOB NOT NULL,
  version     INTEGER NOT NULL DEFAULT 1,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Values chosen by people. An undone one stays, inactive, as history.
CREATE TABLE overrides (
  contact  BLOB NOT NULL,
  field    TEXT NOT NULL,
  decision BLOB NOT NULL,
  value    TEXT,
  at       INTEGER NOT NULL,
  active   INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  PRIMARY KEY (contact, field, decision)
) STRICT, WITHOUT ROWID;
CREATE INDEX overrides_decision ON overrides(decision);

-- "Not the same": pairs of records that a person told apart.
CREATE TABLE not_same (
  a        BLOB NOT NULL,
  b        BLOB NOT NULL,
  decision BLOB NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (a, b, decision)
) STRICT, WITHOUT ROWID;
CREATE INDEX not_same_decision ON not_same(decision);

CREATE TABLE leads (
  id         BLOB PRIMARY KEY,
  contact    BLOB NOT NULL,
  lifecycle  TEXT NOT NULL,
  stage      TEXT NOT NULL,
  since      INTEGER NOT NULL,
  owner      TEXT,
  tags       TEXT NOT NULL DEFAULT '[]',
  folded     INTEGER NOT NULL DEFAULT 0 CHECK (folded IN (0, 1)),
  version    INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX leads_contact ON leads(contact);
CREATE INDEX leads_board ON leads(lifecycle, stage, since, id) WHERE folded = 0;

CREATE TABLE stage_changes (
  seq            INTEGER PRIMARY KEY,
  lead           BLOB NOT NULL,
  from_lifecycle TEXT NOT NULL,
  from_stage     TEXT NOT NULL,
  lifecycle      TEXT NOT NULL,
  stage          TEXT NOT NULL,
  at             INTEGER NOT NULL,
  by             TEXT NOT NULL
) STRICT;
CREATE INDEX stage_changes_lead ON stage_changes(lead, seq);

-- Questions for people. The columns after `claim_until` are what the list shows, so that a page is one query.
CREATE TABLE reviews (
  id          BLOB PRIMARY KEY,
  kind        TEXT NOT NULL,
  about       TEXT NOT NULL CHECK (about IN ('record', 'contact')),
  about_id    BLOB NOT NULL,
  candidates  TEXT NOT NULL,
  reason      TEXT NOT NULL,
  pattern     INTEGER NOT NULL,
  priority    INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'later', 'done')),
  until       INTEGER,
  decision    BLOB,
  claim_by    TEXT,
  claim_until INTEGER,
  name        TEXT NOT NULL,
  company     TEXT NOT NULL,
  email       TEXT NOT NULL,
  source      TEXT NOT NULL,
  quality     INTEGER NOT NULL,
  folded_text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reviews_queue ON reviews(priority DESC, id) WHERE state = 'open';
CREATE INDEX reviews_kind ON reviews(kind, priority DESC, id) WHERE state = 'open';
CREATE INDEX reviews_about ON reviews(about_id);
CREATE INDEX reviews_email ON reviews(email) WHERE state <> 'done' AND email <> '';
CREATE INDEX reviews_later ON reviews(until) WHERE state = 'later';

CREATE TABLE decisions (
  id         BLOB PRIMARY KEY,
  at         INTEGER NOT NULL,
  by_person  INTEGER NOT NULL CHECK (by_person IN (0, 1)),
  actor      TEXT NOT NULL,
  review     BLOB,
  action     TEXT NOT NULL,
  body       TEXT NOT NULL,
  evidence   TEXT,
  contact    BLOB,
  lead       BLOB,
  undone_by  BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX decisions_contact ON decisions(contact, id) WHERE contact IS NOT NULL;
CREATE INDEX decisions_lead ON decisions(lead, id) WHERE lead IS NOT NULL;
CREATE INDEX decisions_actor ON decisions(actor, id) WHERE by_person = 1;

CREATE TABLE suppressions (
  id       BLOB PRIMARY KEY,
  kind     TEXT NOT NULL,
  value    TEXT NOT NULL,
  reason   TEXT NOT NULL,
  at       INTEGER NOT NULL,
  by       TEXT NOT NULL,
  decision BLOB,
  UNIQUE (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX suppressions_decision ON suppressions(decision) WHERE decision IS NOT NULL;

-- Intended writes to HaloPSA, one per target; a finished one is deleted. `rank` is the order of sending.
CREATE TABLE outbox (
  id          BLOB PRIMARY KEY,
  entity      TEXT NOT NULL,
  entity_id   BLOB NOT NULL,
  rank        INTEGER NOT NULL,
  intent      TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'dead')),
  not_before  INTEGER NOT NULL,
  lease_until INTEGER,
  token       INTEGER NOT NULL DEFAULT 0,
  attempts    INTEGER NOT NULL DEFAULT 0,
  last_error  TEXT,
  decision    BLOB,
  created_at  INTEGER NOT NULL,
  UNIQUE (entity, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_next ON outbox(rank, not_before, id) WHERE state <> 'dead';
CREATE INDEX outbox_dead ON outbox(id) WHERE state = 'dead';

-- What we know of a HaloPSA record: its id there, its fields as last seen (the base of the three-way compare)
-- and which of them we wrote ourselves.
CREATE TABLE links (
  entity      TEXT NOT NULL,
  entity_id   BLOB NOT NULL,
  halo_id     INTEGER NOT NULL,
  parent      INTEGER,
  base        TEXT NOT NULL,
  ours        TEXT NOT NULL,
  position    TEXT,
  inactive    INTEGER NOT NULL DEFAULT 0 CHECK (inactive IN (0, 1)),
  shelved     INTEGER NOT NULL DEFAULT 0 CHECK (shelved IN (0, 1)),
  last_update INTEGER,
  PRIMARY KEY (entity, entity_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX links_halo ON links(entity, halo_id);

-- Append-only and chained; see domain::JournalEntry.
CREATE TABLE journal (
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  actor   TEXT NOT NULL,
  verb    TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail  TEXT NOT NULL,
  hash    BLOB NOT NULL
) STRICT;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- What screens remember over a restart.
CREATE TABLE ui_state (
  login TEXT NOT NULL,
  name  TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (login, name)
) STRICT, WITHOUT ROWID;
