/** Amounts of data and rates of it, in words for people. Pure; shared by the panel and the CLI. */

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;
const RATE_UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'] as const;

/** `1536` → `1.5 KB`; steps of 1024, as the stations count. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1024, BYTE_UNITS);
}

/** Bytes a second → `12.4 Mbit/s`; steps of 1000, as networks are sold. */
export function formatBitrate(bytesPerSecond: number): string {
  return scaled(bytesPerSecond * 8, 1000, RATE_UNITS);
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = Math.max(0, value);
  let unit = 0;
  // 999.95 would be shown as 1000.0 of the smaller unit.
  while (unit < units.length - 1 && rest >= step - (unit === 0 ? 0.5 : 0.05)) {
    rest /= step;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 99.95 ? 0 : 1;
  return `${rest.toFixed(digits)} ${units[unit]}`;
}
