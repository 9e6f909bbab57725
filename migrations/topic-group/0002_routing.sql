CREATE TABLE `agents` (
	`id` integer PRIMARY KEY NOT NULL,
	`availability` text NOT NULL,
	`until` integer,
	`last_assigned_at` integer,
	`tiers` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `customers` ADD `profile` text;