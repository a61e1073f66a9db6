-- What a message says becomes JSON, as it crosses the wire: exactly the text that `textOfBody` makes of it.
CREATE TABLE `chat_messages` (
	`conversation_id` text NOT NULL,
	`seq` integer NOT NULL,
	`rev` integer NOT NULL,
	`author_id` integer NOT NULL,
	`client_id` text NOT NULL,
	`body` text,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	`sent_mark` text,
	PRIMARY KEY(`conversation_id`, `seq`),
	FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`author_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `chat_messages` (`conversation_id`, `seq`, `rev`, `author_id`, `client_id`, `body`, `created_at`, `deleted_at`)
SELECT `conversation_id`, `seq`, `rev`, `author_id`, `client_id`,
	CASE WHEN `deleted_at` IS NULL THEN json_object('text', `text`) END, `created_at`, `deleted_at`
FROM `messages` ORDER BY `conversation_id`, `seq`;--> statement-breakpoint
DROP TABLE `messages`;--> statement-breakpoint
CREATE UNIQUE INDEX `messages_once` ON `chat_messages` (`client_id`,`author_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `messages_rev` ON `chat_messages` (`conversation_id`,`rev`);--> statement-breakpoint
CREATE INDEX `messages_author` ON `chat_messages` (`author_id`,`conversation_id`,`seq`) WHERE deleted_at is null;
