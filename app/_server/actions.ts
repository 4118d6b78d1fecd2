'use server';

import { defineAction } from './call.ts';

/** Everything the panel can change, each through the contract's operation of that name. */
export const applyBalancer = defineAction('balancer.apply');
export const applyFleet = defineAction('fleet.apply');
export const configureBalancer = defineAction('balancer.configure');
export const configureHistory = defineAction('history.configure');
export const configureTracker = defineAction('tracker.configure');
export const createMetricsToken = defineAction('metrics.createToken');
export const removeMetricsToken = defineAction('metrics.removeToken');
export const applyFirewall = defineAction('firewall.apply');
export const revertFirewall = defineAction('firewall.revert');
export const applyTuning = defineAction('tuning.apply');
export const revertTuning = defineAction('tuning.revert');
export const cancelJob = defineAction('job.cancel');
export const rollBackMigration = defineAction('migration.rollBack');
export const startMigration = defineAction('migration.start');
export const reloadBalancer = defineAction('balancer.reload');
export const restartStations = defineAction('station.restart');
export const restoreBalancer = defineAction('balancer.restore');
export const showClaims = defineAction('station.claim');
export const startStations = defineAction('station.start');
export const createBackup = defineAction('vault.create');
export const forgetIdentity = defineAction('vault.forget');
export const openArchive = defineAction('vault.open');
export const putArchive = defineAction('vault.put');
export const removeArchive = defineAction('vault.remove');
export const restoreKeys = defineAction('vault.restore');
export const scheduleBackups = defineAction('vault.schedule');
export const fetchUpdate = defineAction('update.fetch');
export const startUpdate = defineAction('update.start');
export const stopStations = defineAction('station.stop');
