CREATE TABLE `hook_log` (
	`webhook` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`ticket` integer NOT NULL,
	`at` integer NOT NULL,
	`delivered_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	PRIMARY KEY(`webhook`, `seq`)
) WITHOUT ROWID;
