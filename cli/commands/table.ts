import type { Command } from '../command.ts';
import { admin } from './admin.ts';
import { backup } from './backup.ts';
import { claim } from './claim.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { firewall } from './firewall.ts';
import { history } from './history.ts';
import { job } from './job.ts';
import { logs } from './logs.ts';
import { metrics } from './metrics.ts';
import { migrateToV2, rollbackToV1 } from './migrate.ts';
import { nginx } from './nginx.ts';
import { peers } from './peers.ts';
import { planCapacity } from './plan-capacity.ts';
import { restore } from './restore.ts';
import { scale } from './scale.ts';
import { restart, start, stop } from './stations.ts';
import { status } from './status.ts';
import { test } from './test.ts';
import { tune } from './tune.ts';
import { uninstall } from './uninstall.ts';
import { up } from './up.ts';
import { update } from './update.ts';
import { vault } from './vault.ts';

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
  migrateToV2,
  rollbackToV1,
  backup,
  restore,
  vault,
  logs,
  job,
  metrics,
  admin,
  down,
  uninstall,
  test,
];
