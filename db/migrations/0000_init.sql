CREATE TABLE `image_dialects` (
	`digest` text PRIMARY KEY NOT NULL,
	`dialect` text NOT NULL,
	`probed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `station_keys` (
	`volume` text PRIMARY KEY NOT NULL,
	`proxy_id` text NOT NULL,
	`fingerprint` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `station_overrides` (
	`station` integer PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `history_10s` (
	`key` integer PRIMARY KEY NOT NULL,
	`frame` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `history_15m` (
	`key` integer PRIMARY KEY NOT NULL,
	`frame` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `history_1d` (
	`key` integer PRIMARY KEY NOT NULL,
	`frame` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `history_1m` (
	`key` integer PRIMARY KEY NOT NULL,
	`frame` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `history_2h` (
	`key` integer PRIMARY KEY NOT NULL,
	`frame` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `legacy_countries` (
	`code` text PRIMARY KEY NOT NULL,
	`uploaded_bytes` integer NOT NULL,
	`downloaded_bytes` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `legacy_months` (
	`month` text NOT NULL,
	`code` text NOT NULL,
	`uploaded_bytes` integer NOT NULL,
	`downloaded_bytes` integer NOT NULL,
	PRIMARY KEY(`month`, `code`)
);
--> statement-breakpoint
CREATE TABLE `legacy_samples` (
	`source` text NOT NULL,
	`at` integer NOT NULL,
	`connected` integer,
	`connecting` integer,
	`running` integer,
	`total_bytes` integer,
	PRIMARY KEY(`source`, `at`)
);
--> statement-breakpoint
CREATE TABLE `station_counters` (
	`station` integer PRIMARY KEY NOT NULL,
	`epoch` text NOT NULL,
	`process_start_seconds` real,
	`uploaded_bytes` integer NOT NULL,
	`downloaded_bytes` integer NOT NULL,
	`regions` blob
);
--> statement-breakpoint
CREATE TABLE `admins` (
	`id` integer PRIMARY KEY NOT NULL,
	`username` text NOT NULL,
	`password_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`locked_until` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `admins_username_unique` ON `admins` (`username`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`admin_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`admin_id`) REFERENCES `admins`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `setup_links` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `activity` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`summary` text NOT NULL,
	`outcome` text NOT NULL,
	`job_id` text
);
--> statement-breakpoint
CREATE TABLE `job_log` (
	`id` integer PRIMARY KEY NOT NULL,
	`job_id` text NOT NULL,
	`at` integer NOT NULL,
	`level` text NOT NULL,
	`text` text NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `job_log_by_job` ON `job_log` (`job_id`,`id`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`job` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `jobs_by_time` ON `jobs` (`created_at`);