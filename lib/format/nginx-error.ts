/** What a complaint of nginx means for the operator, in one sentence. Pure; shared by the panel and the CLI. */

const MEANINGS: [RegExp, string][] = [
  [
    /\(111: Connection refused\)/,
    'The station does not listen there, or was just gone. Real stations need not listen.',
  ],
  [/\(110: .*timed out\)|upstream timed out/, 'The station did not answer in time; the next one was tried.'],
  [/\(113: No route to host\)/, 'The station was gone already.'],
  [/\(104: Connection reset/, 'One side ended the session without a good-bye; that is normal now and then.'],
  [/no live upstreams/, 'No station took the connection, so the client was refused.'],
  [
    /worker_connections are not enough/,
    'More sessions came than nginx is sized for: raise the target in Settings.',
  ],
  [
    /too many open files|\(24:/i,
    'nginx ran out of file descriptors: raise the server’s limit of open files.',
  ],
  [/limiting connections by zone/, 'One client address reached the limit of sessions set for each client.'],
  [/bind\(\) to .* failed \(98:/, 'Another program holds the port.'],
  [/open socket #\d+ left in connection/, 'nginx ended while this session was open.'],
  [/server temporarily disabled/, 'After some failures nginx leaves the station alone for a few seconds.'],
  [/nf_conntrack|\(105:/, 'The kernel had no room left for another connection.'],
];

/** Null for what is not known; the line itself says what it can. */
export function explainNginxError(line: string): string | null {
  return MEANINGS.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}
