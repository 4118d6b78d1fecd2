'use server';

import { defineAction } from './call.ts';

/** Everything the panel can change, each through the contract's operation of that name. */
export const applyFleet = defineAction('fleet.apply');
export const configureBalancer = defineAction('balancer.configure');
export const cancelJob = defineAction('job.cancel');
export const restartStations = defineAction('station.restart');
export const startStations = defineAction('station.start');
export const stopStations = defineAction('station.stop');
