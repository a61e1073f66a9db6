-- What a message says becomes JSON, as it crosses the wire: exactly the text that `textOfBody` makes of it.
ALTER TABLE "messages"
	ALTER COLUMN "text" DROP NOT NULL,
	ALTER COLUMN "text" TYPE text USING CASE WHEN "deleted_at" IS NULL THEN '{"text":' || to_json("text")::text || '}' END,
	ADD COLUMN "sent_mark" text;--> statement-breakpoint
ALTER TABLE "messages" RENAME COLUMN "text" TO "body";--> statement-breakpoint
ALTER TABLE "messages" RENAME TO "chat_messages";--> statement-breakpoint
ALTER TABLE "chat_messages" RENAME CONSTRAINT "messages_conversation_id_seq_pk" TO "chat_messages_conversation_id_seq_pk";--> statement-breakpoint
ALTER TABLE "chat_messages" RENAME CONSTRAINT "messages_conversation_id_conversations_id_fk" TO "chat_messages_conversation_id_conversations_id_fk";--> statement-breakpoint
ALTER TABLE "chat_messages" RENAME CONSTRAINT "messages_author_id_users_id_fk" TO "chat_messages_author_id_users_id_fk";--> statement-breakpoint
-- Nodes of the version before go on reading and writing `messages` while one after the other is replaced. Once none of them runs
-- any more, the view, its function and `append_messages` can go.
CREATE VIEW "messages" AS
SELECT conversation_id, seq, rev, author_id, client_id, coalesce(body::json ->> 'text', '') AS text, created_at, deleted_at
FROM chat_messages;--> statement-breakpoint
CREATE FUNCTION write_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO chat_messages (conversation_id, seq, rev, author_id, client_id, body, created_at)
		VALUES (NEW.conversation_id, NEW.seq, NEW.rev, NEW.author_id, NEW.client_id,
			'{"text":' || to_json(NEW.text)::text || '}', NEW.created_at);
	ELSE
		-- Deleting is all that the version before changes.
		UPDATE chat_messages SET rev = NEW.rev, deleted_at = NEW.deleted_at, body = NULL, sent_mark = NULL
		WHERE conversation_id = OLD.conversation_id AND seq = OLD.seq;
	END IF;
	RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER write_messages INSTEAD OF INSERT OR UPDATE ON "messages" FOR EACH ROW EXECUTE FUNCTION write_messages();
