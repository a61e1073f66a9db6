ALTER TABLE `users` ADD `has_recovery` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `users` SET `has_recovery` = 1 WHERE `id` IN (SELECT `user_id` FROM `totp`);
