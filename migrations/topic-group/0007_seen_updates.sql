CREATE TABLE `seen_updates` (
	`first` integer PRIMARY KEY NOT NULL,
	`last_at` integer NOT NULL,
	`updates` text NOT NULL
);
