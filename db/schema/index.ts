// The one list of tables that drizzle-kit reads to write a migration.
export * from './fleet.ts';
export * from './history.ts';
export * from './identity.ts';
export * from './jobs.ts';
