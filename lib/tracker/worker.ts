/** The one thread that knows addresses. What it says to the agent are totals of countries. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerInput } from './messages.ts';
import { createWatch } from './watch.ts';

const port = parentPort;
if (port === null) throw new Error('this runs as a thread of the agent');
const tell = (message: FromWorker) => port.postMessage(message);
const watch = createWatch({
  ...(workerData as WorkerInput),
  onReport: (report) => tell({ type: 'report', report }),
  onWindow: (window) => tell({ type: 'window', window }),
});

port.on('message', (message: ToWorker) => {
  if (message.type === 'follow') watch.follow(message);
  else void watch.close().then(() => tell({ type: 'closed' }));
});
