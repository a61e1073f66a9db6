-- What looks alike is decided anew, as in likenessOf; of those who look alike, the first has the likeness. All keep their names.
UPDATE `users` SET `likeness` = NULL;--> statement-breakpoint
UPDATE `users` SET `likeness` = replace(replace(replace(replace(replace(replace(replace(replace(lower(replace(`name`, 'I', 'l')), 'i', 'l'), '1', 'l'), '0', 'o'), 'm', 'rn'), 'w', 'vv'), '.', ''), '_', ''), '-', '')
WHERE `id` IN (
	SELECT min(`id`) FROM `users` WHERE `name` IS NOT NULL
	GROUP BY replace(replace(replace(replace(replace(replace(replace(replace(lower(replace(`name`, 'I', 'l')), 'i', 'l'), '1', 'l'), '0', 'o'), 'm', 'rn'), 'w', 'vv'), '.', ''), '_', ''), '-', '')
);
