CREATE TABLE "mentions" (
	"user_id" bigint NOT NULL,
	"conversation_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"cause" text NOT NULL,
	CONSTRAINT "mentions_user_id_conversation_id_seq_pk" PRIMARY KEY("user_id","conversation_id","seq")
);
--> statement-breakpoint
ALTER TABLE "chat_messages" ADD COLUMN "state" text;--> statement-breakpoint
ALTER TABLE "chat_messages" ADD COLUMN "thread" bigint;--> statement-breakpoint
ALTER TABLE "chat_messages" ADD COLUMN "is_line" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "chat_messages" ADD COLUMN "replies" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "chat_messages" ADD COLUMN "replies_up_to" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "chat_messages" ADD COLUMN "is_pinned" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "room" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "archived_at" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "is_for_reading" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "sees_from" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "joined_at" bigint;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "is_owner" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "mentions" ADD CONSTRAINT "mentions_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "mentions_message" ON "mentions" USING btree ("conversation_id","seq");--> statement-breakpoint
CREATE INDEX "messages_thread" ON "chat_messages" USING btree ("conversation_id","thread","seq") WHERE thread is not null;--> statement-breakpoint
CREATE INDEX "messages_state" ON "chat_messages" USING btree ("conversation_id","seq") WHERE state is not null;--> statement-breakpoint
CREATE INDEX "messages_pinned" ON "chat_messages" USING btree ("conversation_id","seq") WHERE is_pinned = 1;--> statement-breakpoint
CREATE INDEX "memberships_conversation" ON "memberships" USING btree ("conversation_id","user_id");