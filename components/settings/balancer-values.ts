/** Between what is typed about the balancer and what the contract takes. Pure. */
import type { FieldError } from '../../lib/contract/errors.ts';
import { fieldErrors } from '../../lib/contract/fields.ts';
import { type BalancerSettings, balancerSettingsSchema } from '../../lib/contract/settings.ts';

/** Every field as the form holds it: text, or the chosen engine. */
export type BalancerValues = {
  [K in keyof BalancerSettings]: K extends 'engine' ? BalancerSettings[K] : string;
};

export function toBalancerValues(settings: BalancerSettings): BalancerValues {
  return {
    engine: settings.engine,
    primaryPort: String(settings.primaryPort),
    secondaryPort: String(settings.secondaryPort),
    extraPorts: settings.extraPorts.join(', '),
    configPath: settings.configPath,
    targetSessions: String(settings.targetSessions),
    sessionsPerClient: settings.sessionsPerClient === null ? '' : String(settings.sessionsPerClient),
    drainSeconds: String(settings.drainSeconds),
    oldWorkerMinutes: String(settings.oldWorkerMinutes),
    tcpIdleMinutes: String(settings.tcpIdleMinutes),
    udpIdleSeconds: String(settings.udpIdleSeconds),
  };
}

export interface BalancerFieldError {
  field: keyof BalancerValues;
  message: string;
}

export type ParsedBalancer =
  | { ok: true; settings: BalancerSettings }
  | { ok: false; errors: BalancerFieldError[] };

/** Reads the form with the contract's own limits and words. */
export function parseBalancerValues(values: BalancerValues): ParsedBalancer {
  const number = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));
  const parsed = balancerSettingsSchema.safeParse({
    engine: values.engine,
    primaryPort: number(values.primaryPort),
    secondaryPort: number(values.secondaryPort),
    extraPorts: portWords(values.extraPorts).map(Number),
    configPath: values.configPath.trim(),
    targetSessions: number(values.targetSessions),
    sessionsPerClient: values.sessionsPerClient.trim() === '' ? null : Number(values.sessionsPerClient),
    drainSeconds: number(values.drainSeconds),
    oldWorkerMinutes: number(values.oldWorkerMinutes),
    tcpIdleMinutes: number(values.tcpIdleMinutes),
    udpIdleSeconds: number(values.udpIdleSeconds),
  });
  if (parsed.success) return { ok: true, settings: parsed.data };
  return { ok: false, errors: namedErrors(values, fieldErrors(parsed.error)) };
}

/** Errors by field of the form; one about the third of a list of ports says which word it means. */
export function namedErrors(values: BalancerValues, errors: readonly FieldError[]): BalancerFieldError[] {
  return errors.map(({ field, message }) => {
    const [name = '', position] = field.split('.');
    const word = position === undefined ? undefined : portWords(values.extraPorts)[Number(position)];
    return {
      field: name as keyof BalancerValues,
      message: word === undefined ? message : `${word}: ${message}`,
    };
  });
}

/** Only what differs, so that a form left open for a day takes nothing back that was changed elsewhere. */
export function changedBalancer(
  before: BalancerSettings,
  after: BalancerSettings,
): Partial<BalancerSettings> {
  return Object.fromEntries(
    Object.entries(after).filter(
      ([key, value]) => String(before[key as keyof BalancerSettings]) !== String(value),
    ),
  );
}

function portWords(text: string): string[] {
  return text.split(/[\s,;]+/).filter((word) => word !== '');
}
