import type { Command } from '../command.ts';
import { admin } from './admin.ts';
import { claim } from './claim.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { firewall } from './firewall.ts';
import { history } from './history.ts';
import { job } from './job.ts';
import { logs } from './logs.ts';
import { metrics } from './metrics.ts';
import { nginx } from './nginx.ts';
import { peers } from './peers.ts';
import { planCapacity } from './plan-capacity.ts';
import { scale } from './scale.ts';
import { restart, start, stop } from './stations.ts';
import { status } from './status.ts';
import { test } from './test.ts';
import { tune } from './tune.ts';
import { uninstall } from './uninstall.ts';
import { up } from './up.ts';
import { update } from './update.ts';

/** Every command, in the order the help lists them. */
export const commands: readonly Command[] = [
  up,
  status,
  peers,
  history,
  scale,
  start,
  stop,
  restart,
  claim,
  update,
  doctor,
  nginx,
  tune,
  planCapacity,
  firewall,
  logs,
  job,
  metrics,
  admin,
  down,
  uninstall,
  test,
];
