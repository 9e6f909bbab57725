CREATE TABLE `__new_slots` (
	`agent` integer NOT NULL,
	`ticket_id` text NOT NULL,
	`group` text NOT NULL,
	`asked_at` integer,
	PRIMARY KEY(`agent`, `ticket_id`, `group`)
);
--> statement-breakpoint
INSERT INTO `__new_slots`("agent", "ticket_id", "group") SELECT "agent", "ticket_id", "group" FROM `slots`;--> statement-breakpoint
DROP TABLE `slots`;--> statement-breakpoint
ALTER TABLE `__new_slots` RENAME TO `slots`;
