CREATE TABLE `api_calls` (
	`caller` text NOT NULL,
	`key` text NOT NULL,
	`request` text NOT NULL,
	`started_at` integer NOT NULL,
	`lease_until` integer NOT NULL,
	`status` integer,
	`answer` text,
	PRIMARY KEY(`caller`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `api_calls_started` ON `api_calls` (`started_at`);--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`previous_hash` text,
	`previous_until` integer,
	`scopes` text NOT NULL,
	`calls_per_minute` integer,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`expires_at` integer,
	`rotated_at` integer,
	`revoked_at` integer,
	`revoked_by` text,
	`last_used_at` integer,
	`cause` text
);
