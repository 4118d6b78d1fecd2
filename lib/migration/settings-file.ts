/** settings.conf of conduit-manager 1.x and CONDUIT-CLUSTER-MANAGER: shell assignments, read as text and never run. Pure. */
import type { FleetSettings, StationOverride } from '../contract/settings.ts';
import { fleetSettingsSchema } from '../contract/settings.ts';

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/;

/** The last assignment of a name wins, as in the shell. What is no assignment is passed over. */
export function parseSettingsFile(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, raw] = LINE.exec(line) ?? [];
    if (name !== undefined && raw !== undefined) values.set(name, unquote(raw));
  }
  return values;
}

/** One word of the shell: quotes are taken off, what follows the word (a comment) is dropped, nothing is expanded. */
function unquote(raw: string): string {
  let value = '';
  let quote = '';
  for (let at = 0; at < raw.length; at++) {
    const char = raw[at] ?? '';
    if (quote === '' && /\s/.test(char)) break;
    if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === '\\' && quote !== "'" && at + 1 < raw.length) value += raw[++at] ?? '';
    else value += char;
  }
  return value;
}

export interface SettingsMap {
  fleet: Partial<Pick<FleetSettings, 'maxClients' | 'bandwidthMbps' | 'cpus' | 'memoryMb'>>;
  overrides: Record<string, StationOverride>;
  count: number | null;
  dataCapGb: number | null;
  telegram: boolean;
  notCarried: { what: string; why: string }[];
}

type Limit = 'maxClients' | 'bandwidthMbps' | 'cpus' | 'memoryMb';
/** Names by which each limit has been written, the saver's before the installer's. */
const NAMES: Record<Limit, { fleet: string[]; station: string[] }> = {
  maxClients: { fleet: ['MAX_CLIENTS'], station: ['MAX_CLIENTS'] },
  bandwidthMbps: { fleet: ['BANDWIDTH'], station: ['BANDWIDTH'] },
  cpus: { fleet: ['DOCKER_CPUS', 'CONTAINER_CPU_LIMIT'], station: ['CPUS', 'CONTAINER_CPUS'] },
  memoryMb: { fleet: ['DOCKER_MEMORY', 'CONTAINER_MEM_LIMIT'], station: ['MEMORY', 'CONTAINER_MEMORY'] },
};
const LIMITS = Object.keys(NAMES) as Limit[];
const MOST_STATIONS = 40;
const CAPS = [
  { name: 'DATA_CAP_GB', words: '' },
  { name: 'DATA_CAP_UP_GB', words: ' up' },
  { name: 'DATA_CAP_DOWN_GB', words: ' down' },
];
/** What is switched on by a word. */
const OTHERS: { name: RegExp; what: string; why: string }[] = [
  { name: /^SNOWFLAKE_ENABLED$/, what: 'Snowflake proxies', why: 'this manager runs Conduit stations only' },
  { name: /^MTPROTO_ENABLED$/, what: 'the MTProto proxy', why: 'this manager runs Conduit stations only' },
];

/** From the words of the file to our settings; what does not fit ours is named with the reason. */
export function mapSettings(values: ReadonlyMap<string, string>): SettingsMap {
  const notCarried: SettingsMap['notCarried'] = [];
  const read = (limit: Limit, names: string[]): number | null => {
    const name = names.find((one) => (values.get(one) ?? '') !== '');
    if (name === undefined) return null;
    const text = values.get(name) ?? '';
    const value = limit === 'memoryMb' ? megabytes(text) : Number(text);
    const parsed = fleetSettingsSchema.shape[limit].safeParse(value);
    if (parsed.success) return value;
    notCarried.push({ what: name, why: `its value ${parsed.error.issues[0]?.message ?? 'is not valid'}` });
    return null;
  };
  const fleet: SettingsMap['fleet'] = {};
  for (const limit of LIMITS) {
    const value = read(limit, NAMES[limit].fleet);
    if (value !== null) fleet[limit] = value;
  }
  const overrides: SettingsMap['overrides'] = {};
  for (let station = 1; station <= MOST_STATIONS; station++) {
    const own: StationOverride = {};
    for (const limit of LIMITS) {
      const names = NAMES[limit].station.map((name) => `${name}_${station}`);
      const value = read(limit, names);
      if (value !== null && value !== fleet[limit]) own[limit] = value;
    }
    if (Object.keys(own).length > 0) overrides[String(station)] = own;
  }
  for (const { name, what, why } of OTHERS)
    if ([...values].some(([key, value]) => name.test(key) && value === 'true'))
      notCarried.push({ what, why });
  const dataCapGb = positive(values.get('DATA_CAP_GB'));
  const caps = CAPS.flatMap(({ name, words }) => {
    const gb = positive(values.get(name));
    return gb === null ? [] : [`${gb} GB${words}`];
  });
  if (caps.length > 0)
    notCarried.push({
      what: `the data cap of ${caps.join(', ')}`,
      why: 'this manager cannot end a fleet at a cap yet; the figure is kept with the migration',
    });
  const telegram =
    values.get('TELEGRAM_ENABLED') === 'true' || (values.get('TELEGRAM_BOT_TOKEN') ?? '') !== '';
  if (telegram)
    notCarried.push({
      what: 'messages by Telegram',
      why: 'this manager sends none yet; token and chat are kept with the migration, readable by root only',
    });
  return {
    fleet,
    overrides,
    count: positive(values.get('CONTAINER_COUNT')),
    dataCapGb,
    telegram,
    notCarried,
  };
}

/** Docker's notation: `512m`, `1g`, `1.5g`, plain bytes; NaN for anything else. */
function megabytes(text: string): number {
  const [, amount, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([bkmg]?)b?$/i.exec(text) ?? [];
  if (amount === undefined) return Number.NaN;
  const factor =
    { b: 1 / 1048576, k: 1 / 1024, m: 1, g: 1024 }[unit === '' ? 'b' : unit.toLowerCase()] ?? Number.NaN;
  return Math.floor(Number(amount) * factor);
}

function positive(text: string | undefined): number | null {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : null;
}
