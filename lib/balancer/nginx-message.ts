/** Turns what nginx says into a line for people, without the client's address. Pure. */
import { redactAddresses } from '../stations/redact.ts';

/** Lines like `nginx: [emerg] bind() to 0.0.0.0:443 failed (98: …)`, from a terminal or a log file. */
const SEVERE = /\[(?:emerg|alert|crit|error)\]\s+(?:\d+#\d+:\s+)?(.*)$/;

/** The first line that says why nginx refused; without one, the last line it wrote. */
export function refusalOf(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const severe = lines.map((line) => SEVERE.exec(line)?.[1]).find((text) => text !== undefined);
  return redactAddresses(severe ?? lines.at(-1) ?? 'nginx gave no reason').slice(0, 500);
}

/** The port nginx could not bind, if that is what `message` says. */
export function portRefused(message: string): number | null {
  const port = /bind\(\) to \S*:(\d+) failed \(98/.exec(message)?.[1];
  return port === undefined ? null : Number(port);
}

/**
 * One syslog datagram of nginx, such as `<187>Nov 23 19:46:02 conduit: 2026/11/23 19:46:02 [error] 7#7: *1 connect()
 * failed …, client: …, server: 0.0.0.0:443, upstream: "172.30.0.2:443", bytes …`.
 * @param stationAt index of the station with this address, if it is one of ours
 * @returns null when it is not a line of nginx, or says nothing worth telling
 */
export function readableError(
  datagram: string,
  stationAt: (address: string) => number | undefined,
): string | null {
  const match = /\[(warn|error|crit|alert|emerg)\] \d+#\d+: (?:\*\d+ )?(.*)$/s.exec(datagram);
  // A worker that is told to end counts the sessions it cuts, one line each; that is no error of anybody's.
  if (match?.[2] === undefined || /^open socket #\d+ left in connection/.test(match[2])) return null;
  const text = match[2]
    .replace(/,(?: udp)? client: [^,]*/g, '')
    .replace(/, bytes from\/to .*$/s, '')
    .replace(/, server: \S*?:(\d+)(?=,|$)/g, ', port $1')
    .replace(/, upstream: "\[?(.*?)\]?:(\d+)"/g, (_, address: string, port: string) => {
      const station = stationAt(address);
      return station === undefined ? `, port ${port} of a station` : `, station ${station} port ${port}`;
    });
  return `${match[1]}: ${redactAddresses(text)
    .replace(/[\p{Cc}]/gu, ' ')
    .slice(0, 300)}`;
}
