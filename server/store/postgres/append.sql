-- Stores drafts in their order, all or none, and says what became of each: "stored", "duplicate", or the code of a refusal.
-- Only members of a conversation write in it. Locks come in the same order everywhere (people, missing conversations,
-- conversations, messages by key), so that nodes that append at once wait for each other, and never in a circle. Each statement
-- sees all that was committed before it began: what is read after the locks were taken is therefore the latest.
--
-- To plan these statements takes as long as to run them for one message, so each connection plans them once.
--
-- Nodes of two versions run on one database, each with the function it knows. Whoever changes this one gives it the next number.
CREATE FUNCTION append_messages_v3(given json)
RETURNS TABLE (place int, became text, at_seq bigint, at_rev bigint, at_time bigint, at_body text, deleted bigint,
	at_state text, at_thread bigint, at_replies bigint, at_replies_up_to bigint)
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
	conversation_ids text[];
	author_ids bigint[];
	client_ids text[];
	bodies text[];
	times bigint[];
	states text[];
	threads bigint[];
	meanings json[];
	wanted text[];
	people bigint[];
	barred bigint[];
	begun text[];
BEGIN
	SELECT array_agg(conversation ORDER BY ordinal), array_agg(author ORDER BY ordinal),
		array_agg(client ORDER BY ordinal), array_agg(said ORDER BY ordinal), array_agg(made_at ORDER BY ordinal),
		array_agg(gathered ORDER BY ordinal), array_agg(thread ORDER BY ordinal), array_agg(meant ORDER BY ordinal)
	INTO conversation_ids, author_ids, client_ids, bodies, times, states, threads, meanings
	FROM ROWS FROM (json_to_recordset(given) AS (
		conversation text, author bigint, "clientId" text, body text, "createdAt" bigint,
		state text, thread bigint, meant json
	)) WITH ORDINALITY AS draft (conversation, author, client, said, made_at, gathered, thread, meant, ordinal);
	wanted := ARRAY(SELECT DISTINCT unnest(conversation_ids));

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
				AND NOT EXISTS (SELECT FROM chat_messages WHERE client_id = client AND author_id = author)
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
			ordinal, conversation, author, client, said, made_at,
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
			is_owner IS NOT NULL AS is_member,
			archived_at IS NOT NULL AS is_archived,
			is_for_reading = 1 AND is_owner = 0 AND role = 'member' AS is_read_only,
			seq, rev, created_at, deleted_at, old_state, old_thread, old_replies, old_replies_up_to,
			CASE WHEN body <> said THEN body END AS other_body,
			-- Of a message that was deleted nobody can tell any more what it said; of one that was changed its mark is left.
			conversation_id = conversation AND CASE
				WHEN deleted_at IS NOT NULL THEN true
				WHEN sent_mark IS NULL THEN body = said
				ELSE sent_mark = left(encode(sha256(convert_to(said, 'UTF8')), 'hex'), 4)
			END AS is_same
		FROM unnest(conversation_ids, author_ids, client_ids, bodies, times)
			WITH ORDINALITY AS draft (conversation, author, client, said, made_at, ordinal)
		LEFT JOIN LATERAL (
			SELECT conversation_id, seq, rev, body, created_at, deleted_at, sent_mark,
				state AS old_state, thread AS old_thread, replies AS old_replies, replies_up_to AS old_replies_up_to
			FROM chat_messages
			WHERE client_id = client AND author_id = author LIMIT 1
		) AS stored_before ON true
		LEFT JOIN LATERAL (
			SELECT is_owner, role FROM memberships JOIN users ON users.id = user_id
			WHERE memberships.user_id = author AND memberships.conversation_id = conversation LIMIT 1
		) AS membership ON true
		LEFT JOIN LATERAL (
			SELECT archived_at, is_for_reading FROM conversations WHERE id = conversation LIMIT 1
		) AS place ON true
	), fresh AS (
		SELECT DISTINCT ON (client, author) ordinal, conversation, author, client, said, made_at
		FROM drafts
		WHERE is_active AND are_there AND NOT is_barred AND is_member AND NOT is_archived
			AND is_read_only IS NOT TRUE AND seq IS NULL
		ORDER BY client, author, ordinal
	), numbered AS MATERIALIZED (
		SELECT fresh.*, head + row_number() OVER (PARTITION BY conversation ORDER BY ordinal) AS number,
			states[ordinal] AS gathered, threads[ordinal] AS thread, meanings[ordinal] AS meant
		FROM fresh JOIN conversations ON id = conversation
	), stored AS (
		INSERT INTO chat_messages (conversation_id, seq, rev, author_id, client_id, body, created_at, state, thread)
		SELECT conversation, number, number, author, client, said, made_at, gathered, thread FROM numbered
		ORDER BY client, author
	), meaning AS (
		INSERT INTO mentions (user_id, conversation_id, seq, cause)
		SELECT "user", conversation, number, cause
		FROM numbered, json_to_recordset(meant) AS one ("user" bigint, cause text)
		WHERE meant IS NOT NULL
		ON CONFLICT DO NOTHING
	), replied AS (
		UPDATE chat_messages SET replies = replies + added, replies_up_to = latest
		FROM (
			SELECT conversation, thread AS root, count(*) AS added, max(number) AS latest FROM numbered
			WHERE thread IS NOT NULL GROUP BY conversation, thread
		) AS reply
		WHERE conversation_id = conversation AND chat_messages.seq = root
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
					WHEN is_member AND is_archived THEN 'archived'
					WHEN is_member AND is_read_only THEN 'read_only'
					ELSE 'unknown_conversation'
				END
			WHEN numbered.conversation = drafts.conversation AND numbered.said = drafts.said THEN 'duplicate'
			ELSE 'client_id_reused'
		END,
		coalesce(seq, number), coalesce(rev, number), coalesce(created_at, numbered.made_at), other_body, deleted_at,
		CASE WHEN seq IS NULL THEN gathered ELSE old_state END, CASE WHEN seq IS NULL THEN thread ELSE old_thread END,
		old_replies, old_replies_up_to
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
