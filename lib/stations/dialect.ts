/** Which command line an image understands, read from its own `start --help`, and the command built for it. */
import * as z from 'zod';
import { AppError } from '../contract/errors.ts';

export const dialectSchema = z.object({
  /** February 2026 renamed `--max-clients`; `ssmirr` is the fork that v1.x installed. */
  name: z.enum(['january', 'february', 'ssmirr']),
  clientsFlag: z.enum(['--max-clients', '--max-common-clients']),
  metricsAddr: z.boolean(),
  statsFile: z.boolean(),
});
export type Dialect = z.infer<typeof dialectSchema>;

/** @throws AppError image_unavailable when the help is not a station's */
export function readDialect(help: string, image: string): Dialect {
  const has = (flag: string) => new RegExp(`(?:^|\\s)${flag}(?:[\\s=\\[]|$)`, 'm').test(help);
  const february = has('--max-common-clients');
  if (!february && !has('--max-clients')) {
    throw new AppError('image_unavailable', {
      message: `${image} does not look like a Conduit station: its \`start --help\` knows neither --max-clients nor --max-common-clients.`,
      remedy: 'Check the image in the settings.',
    });
  }
  const name = february ? 'february' : has('--geo') || has('--idle-restart') ? 'ssmirr' : 'january';
  return {
    name,
    clientsFlag: february ? '--max-common-clients' : '--max-clients',
    metricsAddr: has('--metrics-addr'),
    statsFile: has('--stats-file'),
  };
}

export interface CommandOptions {
  /** Inside the container. */
  dataDir: string;
  maxClients: number;
  /** Per client; -1 is unlimited. */
  bandwidthMbps: number;
  /** `host:port` the station serves its metrics on; null for none. */
  metricsAddress: string | null;
}

/** The container's command. It begins with `start`, since overriding the image's command must not lose it. */
export function stationCommand(dialect: Dialect, options: CommandOptions): string[] {
  return [
    'start',
    '--data-dir',
    options.dataDir,
    dialect.clientsFlag,
    String(options.maxClients),
    '--bandwidth',
    String(options.bandwidthMbps),
    ...(dialect.metricsAddr && options.metricsAddress !== null
      ? ['--metrics-addr', options.metricsAddress]
      : []),
    // A bare flag: it has an optional value, and the default lies in the data directory.
    ...(dialect.statsFile && !(dialect.metricsAddr && options.metricsAddress !== null)
      ? ['--stats-file']
      : []),
  ];
}
