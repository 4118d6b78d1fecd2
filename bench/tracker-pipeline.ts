// Reads a capture as the tracker's thread does, countries included, and prints what it came to: FILE FILTER.
import { builtInGeoPath, openGeoDatabase } from '../lib/tracker/geo.ts';
import { createPacketReader } from '../lib/tracker/packet.ts';
import { createPcapStream } from '../lib/tracker/pcap.ts';
import { ownAddresses } from '../lib/tracker/special-addresses.ts';
import { openTcpdump } from '../lib/tracker/tcpdump.ts';
import { createTally } from '../lib/tracker/window.ts';
import { SERVER_TEXTS } from './tracker-capture.ts';

const [file = '', filter = ''] = process.argv.slice(2);
const own = ownAddresses(SERVER_TEXTS);
const geo = openGeoDatabase(builtInGeoPath());
const tally = createTally({ countryOf: geo.countryOf, own: () => own });
const stream = createPcapStream(
  (linkType) => createPacketReader({ table: tally.table, linkType, own, ports: null }).read,
);
// The agent's thread starts once, and runs for months.
const { user, system } = process.cpuUsage();
const startMs = (user + system) / 1000;
const pipe = openTcpdump(['-r', file, '-n', '-w', '-', filter], { onData: (chunk) => stream.push(chunk) });
await pipe.ended;
const begun = performance.now();
const addresses = tally.table.size;
const rows = tally.close(Date.now());
const windowMs = performance.now() - begun;
const sum = (key: 'uploadedBytes' | 'downloadedBytes') => rows.reduce((all, row) => all + row[key], 0);
const figures = { packets: stream.packets, addresses, countries: rows.length, windowMs, startMs };
process.stdout.write(
  `${JSON.stringify({ ...figures, uploadedBytes: sum('uploadedBytes'), downloadedBytes: sum('downloadedBytes') })}\n`,
);
