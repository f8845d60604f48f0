BEGIN;
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE record (
	n INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	revision INTEGER DEFAULT '0' NOT NULL, 
	known INTEGER DEFAULT '0' NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (n), 
	UNIQUE (id)
);
CREATE TABLE feed (
	f INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	position INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (f), 
	UNIQUE (name)
);
CREATE TABLE kept (
	k INTEGER NOT NULL, 
	change_id TEXT NOT NULL, 
	record_id TEXT NOT NULL, 
	message BLOB NOT NULL, 
	done_at TEXT NOT NULL, 
	PRIMARY KEY (k), 
	UNIQUE (change_id)
);
CREATE INDEX kept_done_at ON kept (done_at);
CREATE TABLE recycled (
	k INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	record_id TEXT NOT NULL, 
	form TEXT NOT NULL, 
	title TEXT NOT NULL, 
	record BLOB NOT NULL, 
	changes BLOB NOT NULL, 
	removed_at TEXT NOT NULL
);
CREATE TABLE file (
	sha256 TEXT NOT NULL, 
	size INTEGER DEFAULT '0' NOT NULL, 
	to_send INTEGER DEFAULT '0' NOT NULL, 
	added_at TEXT NOT NULL, 
	PRIMARY KEY (sha256)
);
CREATE TABLE head (
	n INTEGER NOT NULL, 
	form TEXT NOT NULL, 
	state TEXT NOT NULL, 
	revision INTEGER DEFAULT '0' NOT NULL, 
	number TEXT NOT NULL, 
	title TEXT NOT NULL, 
	sort TEXT NOT NULL, 
	initials TEXT NOT NULL, 
	parent TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	waits TEXT NOT NULL, 
	people TEXT NOT NULL, 
	parties TEXT NOT NULL, 
	unsent INTEGER DEFAULT '0' NOT NULL, 
	problem INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (n), 
	FOREIGN KEY(n) REFERENCES record (n) ON DELETE CASCADE
);
CREATE INDEX head_title ON head (form, sort);
CREATE INDEX head_number ON head (form, number);
CREATE INDEX head_state ON head (form, state);
CREATE INDEX head_parent ON head (parent);
CREATE INDEX head_updated ON head (form, updated_at);
CREATE TABLE words (
	n INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (n), 
	FOREIGN KEY(n) REFERENCES record (n) ON DELETE CASCADE
);
CREATE TABLE waits (
	"key" TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	PRIMARY KEY ("key", n), 
	FOREIGN KEY(n) REFERENCES record (n) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE INDEX waits_n ON waits (n);
CREATE TABLE party (
	name TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	PRIMARY KEY (name, n), 
	FOREIGN KEY(n) REFERENCES record (n) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE INDEX party_n ON party (n);
CREATE TABLE told (
	f INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	mark INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (f, n), 
	FOREIGN KEY(f) REFERENCES feed (f) ON DELETE CASCADE, 
	FOREIGN KEY(n) REFERENCES record (n) ON DELETE CASCADE
)
 WITHOUT ROWID;
CREATE INDEX told_n ON told (n);
CREATE TABLE card (
	ref TEXT NOT NULL, 
	f INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	sort TEXT NOT NULL, 
	initials TEXT NOT NULL, 
	office TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	body BLOB NOT NULL, 
	mark INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (ref), 
	FOREIGN KEY(f) REFERENCES feed (f) ON DELETE CASCADE
);
CREATE INDEX card_kind ON card (kind, sort);
CREATE INDEX card_feed ON card (f);
CREATE TABLE outbox (
	k INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	change_id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	message BLOB NOT NULL, 
	state TEXT DEFAULT 'waiting' NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	error BLOB, 
	clashes BLOB, 
	made_at TEXT NOT NULL, 
	UNIQUE (change_id), 
	FOREIGN KEY(n) REFERENCES record (n) ON DELETE RESTRICT
);
CREATE INDEX outbox_n ON outbox (n, k);
CREATE TABLE look (
	n INTEGER NOT NULL, 
	PRIMARY KEY (n), 
	FOREIGN KEY(n) REFERENCES record (n) ON DELETE CASCADE
);
CREATE TABLE version (
	n INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (n, revision), 
	FOREIGN KEY(n) REFERENCES record (n) ON DELETE CASCADE
);
CREATE VIRTUAL TABLE find USING fts5(text, content='', contentless_delete=1, tokenize='trigram');
CREATE VIRTUAL TABLE pair USING fts5(text, content='', contentless_delete=1, detail=none, tokenize='ascii');
INSERT INTO feed VALUES (1, 'person:33333333-3333-4333-8333-333333333333', 7);
INSERT INTO meta VALUES ('session', '{"token":"a-token","principal":{"id":"person:33333333-3333-4333-8333-333333333333","name":"何平","office":"office:11111111-1111-4111-8111-111111111111","office_name":"长河市第一人民医院","grants":[["pi","office:11111111-1111-4111-8111-111111111111"]]},"login":"13800000002","must_change_password":false,"feeds":[],"epoch":"1","now":"2026-11-21T00:00:00+00:00"}');
INSERT INTO meta VALUES ('preference:columns', 'title,state');
INSERT INTO record VALUES (1, '00000000-0000-0000-0000-000000000001', 0, 0, CAST('{"id":"00000000-0000-0000-0000-000000000001","form":"person","form_version":1,"state":"new","revision":0,"number":"","parent":null,"parties":{"self":["person:00000000-0000-0000-0000-000000000001"],"institution":["office:11111111-1111-4111-8111-111111111111"]},"updated_at":"2026-11-21T00:00:00+00:00","answers":{},"log":[]}' AS BLOB));
INSERT INTO record VALUES (2, '00000000-0000-0000-0000-00000000004d', 1, 1, CAST('{"id":"00000000-0000-0000-0000-00000000004d","form":"study","form_version":1,"state":"draft","revision":1,"number":"","parent":null,"parties":{"pi":["person:33333333-3333-4333-8333-333333333333"],"institution":["office:11111111-1111-4111-8111-111111111111"]},"updated_at":"2026-11-20T08:00:00+00:00","answers":{"basic.research_title":"早先的研究"},"log":[]}' AS BLOB));
INSERT INTO head VALUES (1, 'person', 'new', 0, '', '向晚晴', 'xiangwanqing', 'xwq', '', '2026-11-21T00:00:00+00:00', 'authority@office:11111111-1111-4111-8111-111111111111 institution_admin@office:11111111-1111-4111-8111-111111111111', '', 'office:11111111-1111-4111-8111-111111111111 person:00000000-0000-0000-0000-000000000001 year=2026', 1, 0);
INSERT INTO head VALUES (2, 'study', 'draft', 1, '', '早先的研究', 'zaoxiandeyanjiu', 'zxdyj', '', '2026-11-20T08:00:00+00:00', 'person:33333333-3333-4333-8333-333333333333', '', 'office:11111111-1111-4111-8111-111111111111 person:33333333-3333-4333-8333-333333333333 year=2026', 0, 0);
INSERT INTO outbox VALUES (1, '00000000-0000-0000-0000-000000000002', 1, CAST('{"change_id":"00000000-0000-0000-0000-000000000002","record_id":"00000000-0000-0000-0000-000000000001","form":"person","form_version":1,"base_revision":0,"command":"save","role":"institution_admin","edits":{"name":[null,"向晚晴"]},"said":{},"parent":null,"made_at":"2026-11-21T00:00:00+00:00"}' AS BLOB), 'waiting', 0, NULL, NULL, '2026-11-21T00:00:00+00:00');
INSERT INTO party VALUES ('office:11111111-1111-4111-8111-111111111111', 1);
INSERT INTO party VALUES ('person:00000000-0000-0000-0000-000000000001', 1);
INSERT INTO party VALUES ('year=2026', 1);
INSERT INTO party VALUES ('office:11111111-1111-4111-8111-111111111111', 2);
INSERT INTO party VALUES ('person:33333333-3333-4333-8333-333333333333', 2);
INSERT INTO party VALUES ('year=2026', 2);
INSERT INTO told VALUES (1, 2, 940165405560);
INSERT INTO waits VALUES ('authority@office:11111111-1111-4111-8111-111111111111', 1);
INSERT INTO waits VALUES ('institution_admin@office:11111111-1111-4111-8111-111111111111', 1);
INSERT INTO waits VALUES ('person:33333333-3333-4333-8333-333333333333', 2);
INSERT INTO words VALUES (1, '向晚晴
xwq
xiangwanqing');
INSERT INTO words VALUES (2, '早先的研究
zxdyj
zaoxiandeyanjiu');
INSERT INTO find (rowid, text) SELECT n, text FROM words;
INSERT INTO pair (rowid, text) VALUES (1, '665a6674 00770061 00670077 00780077 006e0071 00690061 0069006e 00780069 0071 5411665a 006e0067 6674 0061006e 00770071 00710069 0067');
INSERT INTO pair (rowid, text) VALUES (2, '76847814 006f0078 00780069 0075 65e95148 00690075 00640079 0079006a 0061006e 00790061 006e006a 006a0069 00780064 00690061 00640065 006e0064 78147a76 00650079 006a 7a76 0061006f 51487684 007a0078 007a0061');
PRAGMA user_version = 4;
COMMIT;
