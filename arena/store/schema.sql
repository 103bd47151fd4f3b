-- A store: the runs of experiments, their cells, matches, rounds, answers, findings and prompts, in one SQLite file.
-- It is made in one transaction, statement by statement, cut at each semicolon: no comment may hold one.
-- What is impossible is refused here, and again on reading (checks.py): older stores have no such checks.

PRAGMA application_id = 1098016110;
PRAGMA user_version = 3;

-- A run is found again by `identity`, the hash of all that it is but `size`, `in_order` and `manifest`.
-- `experiment` is the kind, `unit` what its cells consist of, `size` how many units each of them is asked for. `seed` is
-- text because a seed may have more than 64 bits. The run is finished while `finished_size`, the size it had when it was
-- last brought to its end, is not less than `size`.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    identity TEXT NOT NULL UNIQUE,
    experiment TEXT NOT NULL,
    unit TEXT NOT NULL CHECK (unit IN ('match', 'answer', 'finding')),
    in_order INTEGER NOT NULL CHECK (in_order IN (0, 1)),
    size INTEGER NOT NULL CHECK (typeof(size) = 'integer' AND size >= 1),
    rounds INTEGER CHECK (typeof(rounds) IN ('integer', 'null') AND (rounds IS NULL OR rounds >= 1)),
    seed TEXT NOT NULL,
    settings TEXT NOT NULL,  -- JSON object: what this kind of experiment alone says of a run
    models TEXT NOT NULL,    -- JSON object
    manifest TEXT NOT NULL,  -- JSON object
    created TEXT NOT NULL,   -- ISO 8601, local time with its offset
    finished_size INTEGER NOT NULL DEFAULT 0 CHECK (finished_size >= 0)
);

-- `what` is the game that is played or the task that is asked, `opponent` empty where nobody plays against the subject.
CREATE TABLE cells (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    subject TEXT NOT NULL,
    what TEXT NOT NULL,
    opponent TEXT NOT NULL,
    asked TEXT,              -- JSON object: how the subject is asked, NULL for a bot
    opponent_asked TEXT,     -- the same for the other seat
    detail TEXT NOT NULL,    -- JSON object: what this kind of experiment alone says of a cell
    seconds REAL NOT NULL DEFAULT 0 CHECK (typeof(seconds) = 'real' AND seconds BETWEEN 0 AND 1e12),
    UNIQUE (run, position),
    UNIQUE (run, key)
);

CREATE TABLE matches (
    cell INTEGER NOT NULL REFERENCES cells (id),
    number INTEGER NOT NULL CHECK (typeof(number) = 'integer' AND number >= 0),
    finished INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1)),
    abandoned INTEGER NOT NULL DEFAULT 0 CHECK (abandoned IN (0, 1)),  -- a person left: the match stays, and is not gone on with
    PRIMARY KEY (cell, number)
) WITHOUT ROWID;

-- A cell has one model a seat, one wording and one sampling, so within a seat of a cell the same text and
-- tokens mean the same distribution: there, each distinct prompt stands once.
CREATE TABLE prompts (
    cell INTEGER NOT NULL REFERENCES cells (id),
    number INTEGER NOT NULL CHECK (typeof(number) = 'integer' AND number >= 0),
    seat TEXT NOT NULL CHECK (seat IN ('subject', 'opponent')),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),  -- of the text, a zero byte and the tokens, as in the next two columns
    text TEXT NOT NULL,
    tokens BLOB NOT NULL,       -- 32-bit integers, little-endian
    top_tokens BLOB NOT NULL,   -- the same
    top_logprobs BLOB NOT NULL, -- 64-bit floats, little-endian, natural logarithms
    PRIMARY KEY (cell, number),
    UNIQUE (cell, seat, sha256)
) WITHOUT ROWID;

-- `move` and `reply` are indices into the game's moves and replies, NULL for a forfeit. Policies are 64-bit
-- floats, little-endian, NULL for a seat that has none. `answers` is a JSON list of
-- {"text", "tokens", "ended"}, NULL if none were drawn. `drawn` and `invalid` count the subject's answers.
CREATE TABLE rounds (
    cell INTEGER NOT NULL,
    match INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (typeof(number) = 'integer' AND number >= 1),
    outcome INTEGER NOT NULL CHECK (outcome IN (-1, 0, 1)),  -- 1 win, 0 tie, -1 loss, for the subject
    move INTEGER CHECK (typeof(move) IN ('integer', 'null') AND (move IS NULL OR move >= 0)),
    policy BLOB CHECK (policy IS NULL OR typeof(policy) = 'blob' AND length(policy) % 8 = 0),
    mass REAL CHECK (typeof(mass) IN ('real', 'null') AND (mass IS NULL OR mass BETWEEN -0.01 AND 1.01)),
    loose_mass REAL CHECK (typeof(loose_mass) IN ('real', 'null')
        AND (loose_mass IS NULL OR loose_mass BETWEEN -0.01 AND 1.01)),
    answers TEXT,
    drawn INTEGER NOT NULL CHECK (typeof(drawn) = 'integer'),
    invalid INTEGER NOT NULL CHECK (typeof(invalid) = 'integer' AND invalid BETWEEN 0 AND drawn),
    prompt INTEGER,
    reply INTEGER CHECK (typeof(reply) IN ('integer', 'null') AND (reply IS NULL OR reply >= 0)),
    opponent_policy BLOB CHECK (opponent_policy IS NULL OR length(opponent_policy) % 8 = 0),
    opponent_mass REAL,
    opponent_loose_mass REAL,
    opponent_answers TEXT,
    opponent_prompt INTEGER,
    PRIMARY KEY (cell, match, number),
    FOREIGN KEY (cell, match) REFERENCES matches (cell, number),
    FOREIGN KEY (cell, prompt) REFERENCES prompts (cell, number),
    FOREIGN KEY (cell, opponent_prompt) REFERENCES prompts (cell, number)
) WITHOUT ROWID;

-- What a model, a bot or a person answered in draw `number` of a cell. `value` is JSON: what the answer was taken for (of
-- numbers a list of indices into the task's values), NULL for an answer that was rejected.
CREATE TABLE answers (
    cell INTEGER NOT NULL REFERENCES cells (id),
    number INTEGER NOT NULL CHECK (typeof(number) = 'integer' AND number >= 0),
    value TEXT,
    text TEXT NOT NULL,
    tokens BLOB NOT NULL,  -- 32-bit integers, little-endian
    ended TEXT NOT NULL,
    PRIMARY KEY (cell, number)
) WITHOUT ROWID;

-- What else was found out about a cell, by name, such as "exact", "entropy" or "rewards". A JSON object each.
CREATE TABLE findings (
    cell INTEGER NOT NULL REFERENCES cells (id),
    name TEXT NOT NULL,
    found TEXT NOT NULL,
    PRIMARY KEY (cell, name)
) WITHOUT ROWID
