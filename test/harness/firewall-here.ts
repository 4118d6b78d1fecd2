/** The firewall of the network namespace this process is in: `firewall-here.ts ACTION DIRECTORY`. */
import { join } from 'node:path';
import { applyFirewall, readFirewall, revertFirewall } from '../../lib/firewall/firewall.ts';

const [, , action, root = ''] = process.argv;
const place = { etcDir: '/etc', recordPath: join(root, 'state/firewall.json') };
const balancer = [443, 5566];

if (action === 'apply' || action === 'enable') await applyFirewall(place, balancer, action === 'enable');
if (action === 'revert') await revertFirewall(place);
process.stdout.write(JSON.stringify(await readFirewall(place, balancer)));
