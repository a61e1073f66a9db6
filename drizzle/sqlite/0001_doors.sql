CREATE TABLE `audit` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`event` text NOT NULL,
	`actor_id` integer,
	`subject_id` integer,
	`address` text,
	`detail` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_at` ON `audit` (`at`);--> statement-breakpoint
CREATE TABLE `house` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `identities` (
	`issuer` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` integer NOT NULL,
	`provider` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	PRIMARY KEY(`issuer`, `subject`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `identities_user` ON `identities` (`user_id`);--> statement-breakpoint
CREATE TABLE `invites` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`max_uses` integer,
	`uses` integer DEFAULT 0 NOT NULL,
	`label` text NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `passkeys` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`rp_id` text NOT NULL,
	`public_key` blob NOT NULL,
	`counter` integer NOT NULL,
	`transports` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `passkeys_user` ON `passkeys` (`user_id`);--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`id` blob PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `recovery_codes_user` ON `recovery_codes` (`user_id`);--> statement-breakpoint
CREATE TABLE `reports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`conversation_id` text NOT NULL,
	`seq` integer NOT NULL,
	`reporter_id` integer NOT NULL,
	`reason` text NOT NULL,
	`created_at` integer NOT NULL,
	`settled_at` integer,
	`settled_by` integer,
	`outcome` text,
	FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`reporter_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`settled_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `reports_once` ON `reports` (`conversation_id`,`seq`,`reporter_id`);--> statement-breakpoint
CREATE TABLE `tickets` (
	`id` blob PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`user_id` integer,
	`data` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `tickets_expire` ON `tickets` (`expires_at`);--> statement-breakpoint
CREATE INDEX `tickets_user` ON `tickets` (`user_id`);--> statement-breakpoint
CREATE TABLE `totp` (
	`user_id` integer NOT NULL,
	`secret` text NOT NULL,
	`last_step` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `messages` ADD `deleted_at` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `label` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `address` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `factors` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `proven_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `likeness` text;--> statement-breakpoint
ALTER TABLE `users` ADD `role` text DEFAULT 'member' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `standing` text DEFAULT 'active' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `standing_reason` text;--> statement-breakpoint
ALTER TABLE `users` ADD `muted_until` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `erasing` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_likeness` ON `users` (`likeness`);--> statement-breakpoint
CREATE INDEX `messages_author` ON `messages` (`author_id`,`conversation_id`,`seq`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `audit_actor` ON `audit` (`actor_id`);--> statement-breakpoint
CREATE INDEX `audit_subject` ON `audit` (`subject_id`);--> statement-breakpoint
UPDATE `users` SET `likeness` = replace(replace(replace(replace(replace(replace(lower(replace(`name`, 'I', 'l')), '1', 'l'), '0', 'o'), '_', '-'), '.', '-'), 'rn', 'm'), 'vv', 'w')
WHERE `name` IS NOT NULL AND NOT EXISTS (
	SELECT 1 FROM `users` AS `earlier`
	WHERE `earlier`.`id` < `users`.`id` AND `earlier`.`name` IS NOT NULL AND replace(replace(replace(replace(replace(replace(lower(replace(`earlier`.`name`, 'I', 'l')), '1', 'l'), '0', 'o'), '_', '-'), '.', '-'), 'rn', 'm'), 'vv', 'w') = replace(replace(replace(replace(replace(replace(lower(replace(`users`.`name`, 'I', 'l')), '1', 'l'), '0', 'o'), '_', '-'), '.', '-'), 'rn', 'm'), 'vv', 'w')
);--> statement-breakpoint
UPDATE `users` SET `role` = 'owner' WHERE `id` = (SELECT min(`id`) FROM `users` WHERE `name` IS NOT NULL);--> statement-breakpoint
INSERT INTO `house` (`key`, `value`)
SELECT 'house', '{"name":"Secure Chat","welcome":"","registration":"open","secondFactor":"nobody","messageBurst":30,"messagesPerMinute":120,"messageBytes":16384}'
WHERE EXISTS (SELECT 1 FROM `users` WHERE `name` IS NOT NULL);--> statement-breakpoint
CREATE TRIGGER `audit_never_changes` BEFORE UPDATE ON `audit`
BEGIN
	SELECT raise(ABORT, 'audit entries are never changed');
END;--> statement-breakpoint
CREATE TRIGGER `audit_stays` BEFORE DELETE ON `audit` WHEN old.`at` > (SELECT max(`at`) FROM `audit`) - 365 * 86400000
BEGIN
	SELECT raise(ABORT, 'audit entries stay for a year');
END;
