/** Talks to a simulated station's control port: what tests script it with. */
import { connect } from 'node:net';

export const CONTROL_PORT = 9099;

export interface Truth {
  connected: number;
  uploadedBytes: number;
  downloadedBytes: number;
  regions: Record<string, { connected: number; uploadedBytes: number; downloadedBytes: number }>;
}

/** Sends the lines and returns one answer a line. @throws Error when a line is not understood or the port is closed */
export function sendControl(host: string, lines: string[], port = CONTROL_PORT): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 5000 });
    let text = '';
    socket.once('connect', () => socket.write(`${lines.join('\n')}\n`));
    socket.on('data', (chunk) => {
      text += chunk.toString();
      const answers = text.split('\n').slice(0, -1);
      if (answers.length < lines.length) return;
      socket.destroy();
      const refused = answers.find((answer) => answer.startsWith('error'));
      if (refused === undefined) resolve(answers);
      else reject(new Error(refused));
    });
    socket.once('timeout', () =>
      socket.destroy(new Error('The simulator does not answer on its control port.')),
    );
    socket.once('error', reject);
    // `crash` ends the station before it can answer.
    socket.once('close', () => resolve([]));
  });
}

/** What the station really has: clients and bytes, in all and per country. */
export async function readTruth(host: string, port = CONTROL_PORT): Promise<Truth> {
  const [answer = ''] = await sendControl(host, ['stats'], port);
  return JSON.parse(answer) as Truth;
}
