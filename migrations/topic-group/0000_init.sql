-- Edited by hand after generation: a table whose key is not one integer has no rowid, so its key costs no second row.
CREATE TABLE `customers` (
	`id` integer PRIMARY KEY NOT NULL,
	`contact` text NOT NULL,
	`current` integer,
	`wants_new` integer NOT NULL,
	`payload` text,
	`unreachable` text,
	`first_seen_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL,
	`recorded` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `customers_unrecorded` ON `customers` (`id`) WHERE recorded < version;--> statement-breakpoint
CREATE TABLE `events` (
	`ticket` integer NOT NULL,
	`n` integer NOT NULL,
	`event` text NOT NULL,
	PRIMARY KEY(`ticket`, `n`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `facts` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `inbox` (
	`key` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`answer` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `lanes` (
	`lane` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `messages` (
	`chat` integer NOT NULL,
	`message_id` integer NOT NULL,
	`seq` integer NOT NULL,
	`ticket` integer NOT NULL,
	`lane` text NOT NULL,
	`state` text NOT NULL,
	`album` text,
	`reply_to` integer,
	`writer` integer NOT NULL,
	`sent_at` integer NOT NULL,
	`accepted_at` integer NOT NULL,
	`content` text,
	`file` text,
	`not_before` integer,
	`attempts` integer NOT NULL,
	`attempted_at` integer,
	`copy_id` integer,
	`code` text,
	`update_id` integer NOT NULL,
	PRIMARY KEY(`chat`, `message_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `messages_waiting` ON `messages` (`lane`,`ticket`,`seq`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `messages_copy` ON `messages` (`lane`,`copy_id`) WHERE copy_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `messages_parked` ON `messages` (`seq`) WHERE state IN ('parked', 'uncertain');--> statement-breakpoint
CREATE TABLE `outbox` (
	`seq` integer PRIMARY KEY NOT NULL,
	`lane` text NOT NULL,
	`ticket` integer NOT NULL,
	`kind` text NOT NULL,
	`key` text,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`accepted_at` integer NOT NULL,
	`not_before` integer,
	`attempts` integer NOT NULL,
	`attempted_at` integer,
	`code` text
);
--> statement-breakpoint
CREATE INDEX `outbox_waiting` ON `outbox` (`lane`,`ticket`,`seq`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `outbox_key` ON `outbox` (`key`) WHERE key IS NOT NULL;--> statement-breakpoint
CREATE TABLE `people` (
	`id` integer PRIMARY KEY NOT NULL,
	`username` text
);
--> statement-breakpoint
CREATE TABLE `set_aside` (
	`key` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`error` text NOT NULL,
	`update` text NOT NULL,
	`parked` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `tickets` (
	`number` integer PRIMARY KEY NOT NULL,
	`customer` integer NOT NULL,
	`state` text NOT NULL,
	`view` text NOT NULL,
	`view_due_at` integer,
	`receipt_id` integer,
	`due_at` integer,
	`active` integer NOT NULL,
	`version` integer NOT NULL,
	`recorded` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tickets_customer` ON `tickets` (`customer`,`number`);--> statement-breakpoint
CREATE INDEX `tickets_view_due` ON `tickets` (`view_due_at`) WHERE view_due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tickets_due` ON `tickets` (`due_at`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tickets_unrecorded` ON `tickets` (`number`) WHERE recorded < version;--> statement-breakpoint
CREATE INDEX `tickets_active` ON `tickets` (`number`) WHERE active = 1;--> statement-breakpoint
CREATE TABLE `told` (
	`key` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `topics` (
	`id` integer PRIMARY KEY NOT NULL,
	`ticket` integer NOT NULL
);
