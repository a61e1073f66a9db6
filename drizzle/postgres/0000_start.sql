CREATE TABLE "conversations" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"head" bigint DEFAULT 0 NOT NULL,
	"last_message_at" bigint,
	"changed" "xid8" DEFAULT pg_current_xact_id() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"user_id" bigint NOT NULL,
	"conversation_id" text NOT NULL,
	"last_read" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "memberships_user_id_conversation_id_pk" PRIMARY KEY("user_id","conversation_id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"conversation_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"rev" bigint NOT NULL,
	"author_id" bigint NOT NULL,
	"client_id" text NOT NULL,
	"text" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "messages_conversation_id_seq_pk" PRIMARY KEY("conversation_id","seq")
);
--> statement-breakpoint
CREATE TABLE "meta" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" text PRIMARY KEY NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"presence_rev" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notices_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"at" bigint NOT NULL,
	"origin" text NOT NULL,
	"notice" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "seats" (
	"node_id" text NOT NULL,
	"user_id" bigint NOT NULL,
	"sockets" integer NOT NULL,
	"quiet" boolean NOT NULL,
	CONSTRAINT "seats_node_id_user_id_pk" PRIMARY KEY("node_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"device" text NOT NULL,
	"created_at" bigint NOT NULL,
	"seen_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "users_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text,
	"name_key" text,
	"password_hash" text,
	"created_at" bigint NOT NULL,
	"last_sign_in_at" bigint
);
--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "seats" ADD CONSTRAINT "seats_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conversations_changed" ON "conversations" USING btree ("changed");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_once" ON "messages" USING btree ("client_id","author_id");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_rev" ON "messages" USING btree ("conversation_id","rev");--> statement-breakpoint
CREATE INDEX "notices_xid" ON "notices" USING btree ("xid");--> statement-breakpoint
CREATE INDEX "notices_at" ON "notices" USING btree ("at");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_name_key" ON "users" USING btree ("name_key");--> statement-breakpoint
INSERT INTO "conversations" ("id", "kind") VALUES ('group', 'group');--> statement-breakpoint
INSERT INTO "meta" ("key", "value") VALUES
	('epoch', replace(gen_random_uuid()::text, '-', '')),
	('cluster', replace(gen_random_uuid()::text, '-', ''));
--> statement-breakpoint
-- Stores drafts in their order, all or none, and tells what became of each: "stored", "duplicate", or the code of a refusal.
-- Locks come in the same order everywhere (people, missing conversations, conversations, messages by key), so that nodes
-- that append at once wait for each other, and never in a circle. Each statement sees all that was committed before it
-- began: what is read after the locks were taken is therefore the latest.
CREATE FUNCTION append_messages(
	conversation_ids text[], author_ids bigint[], client_ids text[], texts text[], times bigint[]
) RETURNS TABLE (place int, became text, at_seq bigint, at_rev bigint, at_time bigint)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
	wanted text[] := ARRAY(SELECT DISTINCT unnest(conversation_ids));
	people bigint[];
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

	-- Private conversations between two of them come into being where something new is said.
	IF EXISTS (
		SELECT FROM unnest(wanted) AS conversation
		WHERE NOT EXISTS (SELECT FROM conversations WHERE id = conversation)
	) THEN
		WITH made AS (
			INSERT INTO conversations (id, kind)
			SELECT DISTINCT conversation, 'direct'
			FROM unnest(conversation_ids, author_ids, client_ids) AS draft (conversation, author, client)
			WHERE conversation LIKE 'direct:%' AND author = ANY (people)
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
			author = ANY (people) AS is_active,
			conversation NOT LIKE 'direct:%' OR (
				split_part(conversation, ':', 2)::bigint = ANY (people)
				AND split_part(conversation, ':', 3)::bigint = ANY (people)
			) AS is_reachable,
			seq, rev, created_at, conversation_id = conversation AND text = body AS is_same
		FROM unnest(conversation_ids, author_ids, client_ids, texts, times)
			WITH ORDINALITY AS draft (conversation, author, client, body, made_at, ordinal)
		LEFT JOIN LATERAL (
			SELECT conversation_id, seq, rev, text, created_at FROM messages
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
			WHEN NOT is_active THEN 'not_signed_in'
			WHEN seq IS NOT NULL THEN CASE WHEN is_same THEN 'duplicate' ELSE 'client_id_reused' END
			WHEN numbered.ordinal = drafts.ordinal THEN 'stored'
			WHEN numbered.ordinal > drafts.ordinal OR numbered.ordinal IS NULL THEN 'person_deleted'
			WHEN numbered.conversation = drafts.conversation AND numbered.body = drafts.body THEN 'duplicate'
			ELSE 'client_id_reused'
		END,
		coalesce(seq, number), coalesce(rev, number), coalesce(created_at, numbered.made_at)
	FROM drafts
	LEFT JOIN numbered ON numbered.client = drafts.client AND numbered.author = drafts.author
	ORDER BY drafts.ordinal;

	-- What another node stored meanwhile may have left nothing new to be said.
	IF begun IS NOT NULL THEN
		DELETE FROM conversations WHERE id = ANY (begun) AND head = 0;
	END IF;
END $$;
