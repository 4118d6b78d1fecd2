import { readEngineOpenFilesLimit } from '../host/engine-limits.ts';

const WANTED = 65_535;

/** A sentence when this host gives stations fewer open files than wanted; null when it gives them enough. */
export function openFilesNote(): string | null {
  return describeLimit(readEngineOpenFilesLimit());
}

/** @param limit what the engine can give a station, null for any number. Pure. */
export function describeLimit(limit: number | null): string | null {
  if (limit === null || limit >= WANTED) return null;
  const count = (value: number) => value.toLocaleString('en');
  return (
    `open files limit ${count(limit)}, wanted ${count(WANTED)}: each station can hold fewer sessions than it could ` +
    `elsewhere. The limit comes from outside (the container, the virtual machine or its host) and is raised there.`
  );
}
