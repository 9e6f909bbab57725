CREATE TABLE `seen_updates` (
	`id` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL
);
