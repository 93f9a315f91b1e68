-- 0002: what matching learns from, and what it has learnt.

-- Answered questions, newest last: what reviewers' decisions teach, and how often merging without asking was right.
CREATE INDEX reviews_done ON reviews(kind, id) WHERE state = 'done';

-- Whether anybody has ever decided a question: those are not answered without asking any more.
CREATE INDEX decisions_review ON decisions(review) WHERE review IS NOT NULL;

-- What waits for a write that is done by now: a write's trouble, or what it waits for, stands in `last_error`.
CREATE INDEX outbox_trouble ON outbox(last_error) WHERE last_error IS NOT NULL;

-- Versions of the matching model. The newest taken one is in use; where there is none, the one that ships with the
-- program. One that was not taken over is kept for the reason why. `rules` tells apart comparisons of different versions
-- of the program, whose weights do not fit one another.
CREATE TABLE models (
  version INTEGER PRIMARY KEY,
  made_at INTEGER NOT NULL,
  cause   TEXT NOT NULL CHECK (cause IN ('records', 'answers')),
  pairs   INTEGER NOT NULL,
  answers INTEGER NOT NULL,
  rules   INTEGER NOT NULL,
  taken   INTEGER NOT NULL CHECK (taken IN (0, 1)),
  refused TEXT,
  moved   TEXT NOT NULL,
  body    TEXT NOT NULL
) STRICT;
