/** The balancer in full, for its page and `conduit nginx show`: read when somebody asks. */
import { createTwoFilesPatch } from 'diff';
import { findOriginal, listBackups } from '../../lib/balancer/backups.ts';
import { readForeignSites } from '../../lib/balancer/foreign-sites.ts';
import { driftOf, ownershipOf } from '../../lib/balancer/marker.ts';
import type { BalancerDetail } from '../../lib/contract/balancer.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import type { BalancerState } from '../../lib/contract/snapshot.ts';
import { readIfThere } from '../../lib/host/absent.ts';
import type { Keeper } from './keeper.ts';
import type { KernelEngine } from './kernel-engine.ts';
import type { Backend } from './service.ts';

export interface DetailInput {
  settings: BalancerSettings;
  state: BalancerState;
  wanted: readonly Backend[];
  engaged: boolean;
  keeper: Pick<Keeper, 'prepare'>;
  kernel: Pick<KernelEngine, 'script'>;
  backupsDir: string;
  lastErrors: string[];
}

/** Sites of the operator's own nginx that are served now, and are not once ours is live. */
export async function readDisplacedSites(
  { configPath }: Pick<BalancerSettings, 'configPath'>,
  isHostDefault: () => Promise<boolean>,
): Promise<string[]> {
  const live = await readIfThere(configPath);
  if (live === null || ownershipOf(live) !== 'foreign') return [];
  return (await isHostDefault()) ? readForeignSites(configPath, live) : [];
}

export async function readDetail(input: DetailInput): Promise<BalancerDetail> {
  const { settings, state, wanted, engaged, keeper, kernel, backupsDir, lastErrors } = input;
  const { configPath } = settings;
  const live = await readIfThere(configPath);
  const prepared = await keeper.prepare(settings, wanted).catch((error: unknown) => {
    if (error instanceof AppError) return null;
    throw error;
  });
  const content = prepared?.content ?? '';
  const original =
    live !== null && ownershipOf(live) === 'foreign' ? live : await findOriginal(backupsDir, configPath);
  return {
    settings,
    state,
    arithmetic: prepared?.sizing.arithmetic ?? [],
    config: {
      path: configPath,
      live,
      wanted: content,
      drift: driftOf(live, engaged ? content : null),
      diff: live === content ? null : createTwoFilesPatch('live', 'wanted', live ?? '', content),
    },
    kernelRules: settings.engine === 'kernel' ? kernel.script(settings, wanted) : null,
    backups: await listBackups(backupsDir),
    foreignSites:
      prepared?.instance.hostDefault === false ? [] : await readForeignSites(configPath, original),
    lastErrors,
  };
}
