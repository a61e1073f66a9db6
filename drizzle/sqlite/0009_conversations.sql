CREATE TABLE `mentions` (
	`user_id` integer NOT NULL,
	`conversation_id` text NOT NULL,
	`seq` integer NOT NULL,
	`cause` text NOT NULL,
	PRIMARY KEY(`user_id`, `conversation_id`, `seq`),
	FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mentions_message` ON `mentions` (`conversation_id`,`seq`);--> statement-breakpoint
ALTER TABLE `chat_messages` ADD `state` text;--> statement-breakpoint
ALTER TABLE `chat_messages` ADD `thread` integer;--> statement-breakpoint
ALTER TABLE `chat_messages` ADD `is_line` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `chat_messages` ADD `replies` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `chat_messages` ADD `replies_up_to` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `chat_messages` ADD `is_pinned` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `messages_thread` ON `chat_messages` (`conversation_id`,`thread`,`seq`) WHERE thread is not null;--> statement-breakpoint
CREATE INDEX `messages_state` ON `chat_messages` (`conversation_id`,`seq`) WHERE state is not null;--> statement-breakpoint
CREATE INDEX `messages_pinned` ON `chat_messages` (`conversation_id`,`seq`) WHERE is_pinned = 1;--> statement-breakpoint
ALTER TABLE `conversations` ADD `room` text;--> statement-breakpoint
ALTER TABLE `conversations` ADD `archived_at` integer;--> statement-breakpoint
ALTER TABLE `conversations` ADD `is_for_reading` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `memberships` ADD `sees_from` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `memberships` ADD `joined_at` integer;--> statement-breakpoint
ALTER TABLE `memberships` ADD `is_owner` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `memberships_conversation` ON `memberships` (`conversation_id`,`user_id`);