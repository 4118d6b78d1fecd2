// The tracker as its thread runs it, in a process of its own so that its processor time can be told: INTERFACE CAPTURE PORT.
import { DEFAULT_TRACKER_SETTINGS } from '../lib/contract/settings.ts';
import { LONGEST_WINDOW_MS } from '../lib/tracker/capture.ts';
import { builtInGeoPath } from '../lib/tracker/geo.ts';
import { createWatch } from '../lib/tracker/watch.ts';

const [device = '', capture = '', port = ''] = process.argv.slice(2);
const print = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
const watch = createWatch({
  prefix: 'benchtrk',
  longestWindowMs: LONGEST_WINDOW_MS,
  builtInGeoPath: builtInGeoPath(),
  onReport: ({ state, message }) => print({ state, message }),
  onWindow: ({ from, to, packets, dropped }) => print({ from, to, packets, dropped }),
});
watch.follow({
  type: 'follow',
  order: 1,
  settings: {
    ...DEFAULT_TRACKER_SETTINGS,
    interface: device,
    capture: capture === 'kernel' ? 'kernel' : 'tcpdump',
  },
  ports: [Number(port)],
});
// Whoever started it says when it is enough.
process.stdin.resume().once('end', () => void watch.close().then(() => process.exit(0)));
