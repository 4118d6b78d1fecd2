/** Fetches stations' metrics, many at once, over connections that stay open. */
import { Agent, get } from 'node:http';
import { parseMetrics, type StationMetrics } from './metrics.ts';

const MAX_BODY_BYTES = 1024 * 1024;

export interface Scraper {
  /**
   * @param endpoint `host:port`
   * @returns null when the station does not answer in time, refuses, or answers something else
   */
  scrape(endpoint: string): Promise<StationMetrics | null>;
  close(): void;
}

export function createScraper({ timeoutMs = 1500 } = {}): Scraper {
  const agent = new Agent({ keepAlive: true, maxSockets: 2, scheduling: 'lifo', timeout: timeoutMs });
  return {
    scrape(endpoint) {
      const [host = '', port = ''] = endpoint.split(':');
      return new Promise((resolve) => {
        let settled = false;
        const finish = (value: StationMetrics | null) => {
          if (settled) return;
          settled = true;
          clearTimeout(timer);
          resolve(value);
        };
        const request = get({ host, port: Number(port), path: '/metrics', agent }, (response) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > MAX_BODY_BYTES) request.destroy();
            else chunks.push(chunk);
          });
          response.once('end', () =>
            finish(
              response.statusCode === 200 ? parseMetrics(Buffer.concat(chunks).toString('latin1')) : null,
            ),
          );
          response.once('close', () => finish(null));
        });
        // A station that hangs must not hold up the others, whatever state its connection is in.
        const timer = setTimeout(() => request.destroy(), timeoutMs);
        request.once('error', () => finish(null));
        request.once('close', () => finish(null));
      });
    },
    close: () => agent.destroy(),
  };
}
