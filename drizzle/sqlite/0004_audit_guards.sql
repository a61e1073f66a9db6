-- INSERT OR REPLACE deletes without asking the trigger of deletions, so an id is never given that is not above all others.
CREATE TRIGGER `audit_only_grows` BEFORE INSERT ON `audit` WHEN new.`id` > 0 AND new.`id` <= (SELECT max(`id`) FROM `audit`)
BEGIN
	SELECT raise(ABORT, 'audit entries are only added');
END;--> statement-breakpoint
-- Before it is in, an entry without an id has -1.
CREATE TRIGGER `audit_counts_up` AFTER INSERT ON `audit` WHEN new.`id` < 1
BEGIN
	SELECT raise(ABORT, 'audit entries are only added');
END;--> statement-breakpoint
DROP TRIGGER `audit_stays`;--> statement-breakpoint
-- A year by the latest entry and by the clock of the machine: neither a date in the future nor a clock alone lets others go.
CREATE TRIGGER `audit_stays` BEFORE DELETE ON `audit`
WHEN old.`at` > min((SELECT max(`at`) FROM `audit`), unixepoch() * 1000) - 365 * 86400000
BEGIN
	SELECT raise(ABORT, 'audit entries stay for a year');
END;
