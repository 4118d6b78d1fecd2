/** Which country an address is in, by a database in MaxMind's format: the built-in one or the operator's. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Reader, type Response } from 'maxmind';
import { AppError } from '../contract/errors.ts';

export interface GeoDatabase {
  path: string;
  /** The database's own name. */
  name: string;
  /** Milliseconds since the epoch. */
  builtAt: number;
  /** When the file was last written, milliseconds since the epoch: another one is read anew. */
  changedAt: number;
  /** @returns two capital letters, or null when it does not know */
  countryOf(address: string): string | null;
}

const MAX_BYTES = 200_000_000;
/** A database of cities has a hundred thousand. */
const MAX_ANSWERS = 2000;
/** An address that every database of countries knows. */
const KNOWN_TO_ALL = '8.8.8.8';
const require = createRequire(import.meta.url);

/** The public-domain database that is installed with us. */
export function builtInGeoPath(): string {
  return require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');
}

/** @throws AppError invalid_input naming `geoipPath` when the file cannot be read or tells no countries */
export function openGeoDatabase(path: string): GeoDatabase {
  const { bytes, changedAt } = readDatabase(path);
  const reader = parse(bytes);
  const countryOf = (address: string) => toCode(reader.get(address));
  if (countryOf(KNOWN_TO_ALL) === null)
    throw refused('tells no countries; a GeoLite2 or GeoIP2 database of countries or cities does');
  const { databaseType, buildEpoch } = reader.metadata;
  return { path, name: databaseType, builtAt: buildEpoch.getTime(), changedAt, countryOf };
}

function readDatabase(path: string): { bytes: Buffer; changedAt: number } {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stat = fstatSync(file);
    if (!stat.isFile()) throw refused('is not a file');
    if (stat.size > MAX_BYTES) throw refused(`is larger than ${MAX_BYTES / 1e6} MB`);
    return { bytes: readFileSync(file), changedAt: stat.mtimeMs };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw refused(code === 'ENOENT' ? 'does not exist' : `cannot be read: ${code ?? 'unknown error'}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function parse(bytes: Buffer): Reader<Response> {
  try {
    return new Reader<Response>(bytes, { cache: createAnswerCache() });
  } catch {
    throw refused('is not a database in MaxMind’s format (.mmdb)');
  }
}

/** What the database says, by where it says it: of countries there are few, and nothing in it is an address. */
function createAnswerCache() {
  const answers = new Map<string | number, unknown>();
  return {
    get: (place: string | number) => answers.get(place),
    set(place: string | number, answer: unknown) {
      if (answers.size >= MAX_ANSWERS) answers.clear();
      answers.set(place, answer);
    },
  };
}

/** Databases differ in where they put the code. */
interface Answer {
  country_code?: unknown;
  country?: { iso_code?: unknown };
  registered_country?: { iso_code?: unknown };
}

function toCode(answer: unknown): string | null {
  const { country_code, country, registered_country } = (answer ?? {}) as Answer;
  const code = country_code ?? country?.iso_code ?? registered_country?.iso_code;
  return typeof code === 'string' && /^[A-Z]{2}$/.test(code) ? code : null;
}

function refused(why: string): AppError {
  return new AppError('invalid_input', {
    message: `geoipPath ${why}.`,
    remedy: 'Give the path of a .mmdb file, or leave it empty for the built-in database.',
    fields: [{ field: 'geoipPath', message: why }],
  });
}
