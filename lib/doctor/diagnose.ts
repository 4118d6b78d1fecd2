/** The catalogue of checks, and what it makes of the facts. Pure. */
import type { DoctorCheck } from '../contract/doctor.ts';
import type { Check } from './check.ts';
import type { Facts } from './facts.ts';
import { fleetChecks } from './fleet-checks.ts';
import { serverChecks } from './server-checks.ts';
import { serviceChecks } from './service-checks.ts';

export const catalogue: readonly Check[] = [...serverChecks, ...serviceChecks, ...fleetChecks];

export function diagnose(facts: Facts): DoctorCheck[] {
  return catalogue.map(({ id, group, title, judge }) => {
    const { level, evidence, remedy = null, fix = null } = judge(facts);
    return { id, group, title, level, evidence, remedy, fix };
  });
}
