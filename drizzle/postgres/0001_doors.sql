CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" bigint NOT NULL,
	"event" text NOT NULL,
	"actor_id" bigint,
	"subject_id" bigint,
	"address" text,
	"detail" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "house" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"user_id" bigint NOT NULL,
	"provider" text NOT NULL,
	"created_at" bigint NOT NULL,
	"last_used_at" bigint,
	CONSTRAINT "identities_issuer_subject_pk" PRIMARY KEY("issuer","subject")
);
--> statement-breakpoint
CREATE TABLE "invites" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "invites_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"created_by" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint,
	"max_uses" bigint,
	"uses" bigint DEFAULT 0 NOT NULL,
	"label" text NOT NULL,
	"revoked_at" bigint
);
--> statement-breakpoint
CREATE TABLE "passkeys" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"rp_id" text NOT NULL,
	"public_key" "bytea" NOT NULL,
	"counter" bigint NOT NULL,
	"transports" text NOT NULL,
	"name" text NOT NULL,
	"created_at" bigint NOT NULL,
	"last_used_at" bigint
);
--> statement-breakpoint
CREATE TABLE "recovery_codes" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "reports_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"conversation_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"reporter_id" bigint NOT NULL,
	"reason" text NOT NULL,
	"created_at" bigint NOT NULL,
	"settled_at" bigint,
	"settled_by" bigint,
	"outcome" text
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"user_id" bigint,
	"data" text NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "totp" (
	"user_id" bigint NOT NULL,
	"secret" text NOT NULL,
	"last_step" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "totp_user_id_pk" PRIMARY KEY("user_id")
);
--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "deleted_at" bigint;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "label" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "address" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "factors" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "proven_at" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "likeness" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "role" text DEFAULT 'member' NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "standing" text DEFAULT 'active' NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "standing_reason" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "muted_until" bigint;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "erasing" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invites" ADD CONSTRAINT "invites_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_reporter_id_users_id_fk" FOREIGN KEY ("reporter_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_settled_by_users_id_fk" FOREIGN KEY ("settled_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "totp" ADD CONSTRAINT "totp_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_at" ON "audit" USING btree ("at");--> statement-breakpoint
CREATE INDEX "identities_user" ON "identities" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "passkeys_user" ON "passkeys" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "recovery_codes_user" ON "recovery_codes" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "reports_once" ON "reports" USING btree ("conversation_id","seq","reporter_id");--> statement-breakpoint
CREATE INDEX "tickets_expire" ON "tickets" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "tickets_user" ON "tickets" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_likeness" ON "users" USING btree ("likeness");--> statement-breakpoint
CREATE INDEX "messages_author" ON "messages" USING btree ("author_id","conversation_id","seq") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "audit_actor" ON "audit" USING btree ("actor_id");--> statement-breakpoint
CREATE INDEX "audit_subject" ON "audit" USING btree ("subject_id");--> statement-breakpoint
UPDATE users SET likeness = replace(replace(replace(replace(replace(replace(lower(replace(name, 'I', 'l')), '1', 'l'), '0', 'o'), '_', '-'), '.', '-'), 'rn', 'm'), 'vv', 'w')
WHERE name IS NOT NULL AND NOT EXISTS (
	SELECT FROM users AS earlier
	WHERE earlier.id < users.id AND earlier.name IS NOT NULL AND replace(replace(replace(replace(replace(replace(lower(replace(earlier.name, 'I', 'l')), '1', 'l'), '0', 'o'), '_', '-'), '.', '-'), 'rn', 'm'), 'vv', 'w') = replace(replace(replace(replace(replace(replace(lower(replace(users.name, 'I', 'l')), '1', 'l'), '0', 'o'), '_', '-'), '.', '-'), 'rn', 'm'), 'vv', 'w')
);--> statement-breakpoint
UPDATE users SET role = 'owner' WHERE id = (SELECT min(id) FROM users WHERE name IS NOT NULL);--> statement-breakpoint
INSERT INTO house (key, value)
SELECT 'house', '{"name":"Secure Chat","welcome":"","registration":"open","secondFactor":"nobody","messageBurst":30,"messagesPerMinute":120,"messageBytes":16384}'
WHERE EXISTS (SELECT FROM users WHERE name IS NOT NULL);--> statement-breakpoint
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		IF OLD.at <= (SELECT max(at) FROM audit) - 365 * 86400000::bigint THEN
			RETURN OLD;
		END IF;
	END IF;
	RAISE EXCEPTION 'audit entries stay as they are, for a year';
END $$;--> statement-breakpoint
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stays();--> statement-breakpoint
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();--> statement-breakpoint
DROP FUNCTION append_messages(text[], bigint[], text[], text[], bigint[]);--> statement-breakpoint
-- As before, and whoever is suspended or banned is refused; of a message that was deleted nobody can tell any more what it said.
CREATE FUNCTION append_messages(
	conversation_ids text[], author_ids bigint[], client_ids text[], texts text[], times bigint[]
) RETURNS TABLE (place int, became text, at_seq bigint, at_rev bigint, at_time bigint, deleted bigint)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
	wanted text[] := ARRAY(SELECT DISTINCT unnest(conversation_ids));
	people bigint[];
	barred bigint[];
	begun text[];
BEGIN
	-- Those who have an account, and who keep it until this is done.
	people := ARRAY(
		SELECT id FROM users
		WHERE name IS NOT NULL AND id = ANY (author_ids || ARRAY(
			SELECT split_part(conversation, ':', part)::bigint
			FROM unnest(wanted) AS conversation, generate_series(2, 3) AS part
			WHERE conversation LIKE 'direct:%'
		))
		ORDER BY id FOR KEY SHARE
	);

	barred := ARRAY(SELECT id FROM users WHERE id = ANY (author_ids) AND standing <> 'active');

	-- Private conversations between two of them come into being where something new is said.
	IF EXISTS (
		SELECT FROM unnest(wanted) AS conversation
		WHERE NOT EXISTS (SELECT FROM conversations WHERE id = conversation)
	) THEN
		WITH made AS (
			INSERT INTO conversations (id, kind)
			SELECT DISTINCT conversation, 'direct'
			FROM unnest(conversation_ids, author_ids, client_ids) AS draft (conversation, author, client)
			WHERE conversation LIKE 'direct:%' AND author = ANY (people) AND NOT author = ANY (barred)
				AND split_part(conversation, ':', 2)::bigint = ANY (people)
				AND split_part(conversation, ':', 3)::bigint = ANY (people)
				AND NOT EXISTS (SELECT FROM messages WHERE client_id = client AND author_id = author)
			ORDER BY conversation
			ON CONFLICT DO NOTHING
			RETURNING id
		)
		SELECT array_agg(id) INTO begun FROM made;
	END IF;

	PERFORM FROM conversations WHERE id = ANY (wanted) ORDER BY id FOR NO KEY UPDATE;

	RETURN QUERY
	WITH drafts AS MATERIALIZED (
		SELECT
			ordinal, conversation, author, client, body, made_at,
			author = ANY (people) AS is_there,
			author = ANY (people) AND NOT author = ANY (barred) AS is_active,
			conversation NOT LIKE 'direct:%' OR (
				split_part(conversation, ':', 2)::bigint = ANY (people)
				AND split_part(conversation, ':', 3)::bigint = ANY (people)
			) AS is_reachable,
			seq, rev, created_at, deleted_at, conversation_id = conversation AND (text = body OR deleted_at IS NOT NULL) AS is_same
		FROM unnest(conversation_ids, author_ids, client_ids, texts, times)
			WITH ORDINALITY AS draft (conversation, author, client, body, made_at, ordinal)
		LEFT JOIN LATERAL (
			SELECT conversation_id, seq, rev, text, created_at, deleted_at FROM messages
			WHERE client_id = client AND author_id = author LIMIT 1
		) AS stored_before ON true
	), fresh AS (
		SELECT DISTINCT ON (client, author) ordinal, conversation, author, client, body, made_at
		FROM drafts
		WHERE is_active AND is_reachable AND seq IS NULL
		ORDER BY client, author, ordinal
	), numbered AS MATERIALIZED (
		SELECT fresh.*, head + row_number() OVER (PARTITION BY conversation ORDER BY ordinal) AS number
		FROM fresh JOIN conversations ON id = conversation
	), stored AS (
		INSERT INTO messages (conversation_id, seq, rev, author_id, client_id, text, created_at)
		SELECT conversation, number, number, author, client, body, made_at FROM numbered
		ORDER BY client, author
	), grown AS (
		UPDATE conversations
		SET head = number, last_message_at = made_at, changed = pg_current_xact_id()
		FROM (
			SELECT DISTINCT ON (conversation) conversation, number, made_at FROM numbered
			ORDER BY conversation, number DESC
		) AS latest
		WHERE id = conversation
	), joined AS (
		INSERT INTO memberships (user_id, conversation_id)
		SELECT DISTINCT split_part(conversation, ':', part)::bigint, conversation
		FROM numbered, generate_series(2, 3) AS part
		WHERE conversation = ANY (begun)
	)
	SELECT
		drafts.ordinal::int,
		CASE
			WHEN NOT is_there THEN 'not_signed_in'
			WHEN NOT is_active THEN 'account_barred'
			WHEN seq IS NOT NULL THEN CASE WHEN is_same THEN 'duplicate' ELSE 'client_id_reused' END
			WHEN numbered.ordinal = drafts.ordinal THEN 'stored'
			WHEN numbered.ordinal > drafts.ordinal OR numbered.ordinal IS NULL THEN 'person_deleted'
			WHEN numbered.conversation = drafts.conversation AND numbered.body = drafts.body THEN 'duplicate'
			ELSE 'client_id_reused'
		END,
		coalesce(seq, number), coalesce(rev, number), coalesce(created_at, numbered.made_at), deleted_at
	FROM drafts
	LEFT JOIN numbered ON numbered.client = drafts.client AND numbered.author = drafts.author
	ORDER BY drafts.ordinal;

	-- What another node stored meanwhile may have left nothing new to be said.
	IF begun IS NOT NULL THEN
		DELETE FROM conversations WHERE id = ANY (begun) AND head = 0;
	END IF;
END $$;
