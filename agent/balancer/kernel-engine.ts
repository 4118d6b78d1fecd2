/**
 * Keeps the kernel engine's rules in step: in while it is the engine, out without a trace when it is not. One change
 * at a time: a look that finds the rules gone must not put back what is being removed.
 */
import {
  applyKernelRules,
  forgetUdpSessions,
  hasKernelRules,
  type KernelPath,
  removeKernelRules,
} from '../../lib/balancer/kernel-path.ts';
import { type KernelRulesInput, renderKernelRules } from '../../lib/balancer/kernel-rules.ts';
import type { Backend } from '../../lib/balancer/render.ts';
import { AppError } from '../../lib/contract/errors.ts';
import type { BalancerSettings } from '../../lib/contract/settings.ts';
import { networkIndexOf, networkSpec } from '../../lib/fleet/names.ts';
import { createQueue } from './turns.ts';

export interface KernelEngine {
  /** The rules for these stations, as text; nothing happens. */
  script(settings: BalancerSettings, backends: readonly Backend[]): string;
  /** Follows settings and stations; without the kernel engine there are no rules. @returns whether anything changed */
  follow(settings: KernelSettings, backends: readonly Backend[]): Promise<boolean>;
  /** Clients that go on sending datagrams to a station that is gone are led to another. */
  stationEnded(address: string): Promise<void>;
  /** Puts the rules back when somebody flushed them. @returns whether they had to be */
  check(): Promise<boolean>;
  remove(): Promise<void>;
}

type KernelSettings = KernelRulesInput['settings'] & Pick<BalancerSettings, 'engine'>;

export function createKernelEngine(prefix: string): KernelEngine {
  const table = `${prefix}_balancer`;
  const { alone } = createQueue();
  /** The rules that shall stand; null: none, or nothing is known of an earlier run. */
  let loaded: string | null = null;
  /** Where rules of ours may be. */
  let path: KernelPath | null = null;
  let clean = false;
  let known: readonly Backend[] = [];

  function pathFor(backends: readonly Backend[]): KernelPath {
    const last = Math.max(1, ...backends.map(({ index }) => index));
    const bridges = Array.from(
      { length: networkIndexOf(last) + 1 },
      (_, index) => networkSpec(prefix, index, '0.0.0.0').bridge,
    );
    return { table, bridges };
  }

  function script(settings: KernelRulesInput['settings'], backends: readonly Backend[]): string {
    return renderKernelRules({ table, backends, settings });
  }

  async function load(next: string): Promise<void> {
    clean = false;
    path = pathFor(known);
    await applyKernelRules(path, next);
    loaded = next;
  }

  async function unload(): Promise<void> {
    loaded = null;
    if (clean) return;
    try {
      await removeKernelRules(path ?? pathFor(known));
    } catch (error) {
      // Without nft on the host nothing of ours can be there.
      if (!(error instanceof AppError) || error.code !== 'host_unsupported') throw error;
    }
    clean = true;
  }

  return {
    script,
    follow: (settings, backends) =>
      alone(async () => {
        known = backends;
        if (settings.engine !== 'kernel') {
          await unload();
          return false;
        }
        const next = script(settings, backends);
        if (loaded === next) return false;
        await load(next);
        return true;
      }),
    async stationEnded(address) {
      if (loaded !== null) await forgetUdpSessions(address);
    },
    check: () =>
      alone(async () => {
        if (loaded === null || path === null || (await hasKernelRules(path))) return false;
        await load(loaded);
        return true;
      }),
    remove: () => alone(unload),
  };
}
