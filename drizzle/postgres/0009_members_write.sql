-- As before, and only members of a conversation write in it: what they may is decided by the rows of its members.
-- To plan these statements takes as long as to run them for one message, so each connection plans them once.
CREATE OR REPLACE FUNCTION append_messages(
	conversation_ids text[], author_ids bigint[], client_ids text[], texts text[], times bigint[]
) RETURNS TABLE (place int, became text, at_seq bigint, at_rev bigint, at_time bigint, deleted bigint)
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
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

	barred := ARRAY(SELECT id FROM users WHERE id = ANY (people) AND standing <> 'active');

	-- Private conversations between two of them come into being, with their members, where one of them says something new.
	IF EXISTS (
		SELECT FROM unnest(wanted) AS conversation
		WHERE NOT EXISTS (SELECT FROM conversations WHERE id = conversation)
	) THEN
		WITH made AS (
			INSERT INTO conversations (id, kind)
			SELECT DISTINCT conversation, 'direct'
			FROM unnest(conversation_ids, author_ids, client_ids) AS draft (conversation, author, client)
			WHERE conversation LIKE 'direct:%' AND author = ANY (people) AND NOT author = ANY (barred)
				AND author IN (split_part(conversation, ':', 2)::bigint, split_part(conversation, ':', 3)::bigint)
				AND split_part(conversation, ':', 2)::bigint = ANY (people)
				AND split_part(conversation, ':', 3)::bigint = ANY (people)
				AND NOT split_part(conversation, ':', 2)::bigint = ANY (barred)
				AND NOT split_part(conversation, ':', 3)::bigint = ANY (barred)
				AND NOT EXISTS (SELECT FROM messages WHERE client_id = client AND author_id = author)
			ORDER BY conversation
			ON CONFLICT DO NOTHING
			RETURNING id
		), joined AS (
			INSERT INTO memberships (user_id, conversation_id)
			SELECT split_part(id, ':', part)::bigint, id FROM made, generate_series(2, 3) AS part
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
			) AS are_there,
			conversation LIKE 'direct:%' AND (
				split_part(conversation, ':', 2)::bigint = ANY (barred)
				OR split_part(conversation, ':', 3)::bigint = ANY (barred)
			) AS is_barred,
			is_member IS NOT NULL AS is_member,
			seq, rev, created_at, deleted_at, conversation_id = conversation AND (text = body OR deleted_at IS NOT NULL) AS is_same
		FROM unnest(conversation_ids, author_ids, client_ids, texts, times)
			WITH ORDINALITY AS draft (conversation, author, client, body, made_at, ordinal)
		LEFT JOIN LATERAL (
			SELECT conversation_id, seq, rev, text, created_at, deleted_at FROM messages
			WHERE client_id = client AND author_id = author LIMIT 1
		) AS stored_before ON true
		LEFT JOIN LATERAL (
			SELECT true AS is_member FROM memberships
			WHERE memberships.user_id = author AND memberships.conversation_id = conversation LIMIT 1
		) AS membership ON true
	), fresh AS (
		SELECT DISTINCT ON (client, author) ordinal, conversation, author, client, body, made_at
		FROM drafts
		WHERE is_active AND are_there AND NOT is_barred AND is_member AND seq IS NULL
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
	)
	SELECT
		drafts.ordinal::int,
		CASE
			WHEN NOT is_there THEN 'not_signed_in'
			WHEN NOT is_active THEN 'account_barred'
			WHEN seq IS NOT NULL THEN CASE WHEN is_same THEN 'duplicate' ELSE 'client_id_reused' END
			WHEN numbered.ordinal = drafts.ordinal THEN 'stored'
			WHEN numbered.ordinal > drafts.ordinal OR numbered.ordinal IS NULL THEN
				CASE
					WHEN NOT are_there THEN 'person_deleted'
					WHEN is_barred THEN 'person_barred'
					ELSE 'unknown_conversation'
				END
			WHEN numbered.conversation = drafts.conversation AND numbered.body = drafts.body THEN 'duplicate'
			ELSE 'client_id_reused'
		END,
		coalesce(seq, number), coalesce(rev, number), coalesce(created_at, numbered.made_at), deleted_at
	FROM drafts
	LEFT JOIN numbered ON numbered.client = drafts.client AND numbered.author = drafts.author
	ORDER BY drafts.ordinal;

	-- What another node stored meanwhile may have left nothing new to be said.
	IF begun IS NOT NULL THEN
		DELETE FROM memberships USING conversations
		WHERE conversation_id = ANY (begun) AND id = conversation_id AND head = 0;
		DELETE FROM conversations WHERE id = ANY (begun) AND head = 0;
	END IF;
END $$;
