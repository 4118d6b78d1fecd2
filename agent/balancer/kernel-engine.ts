/** Keeps the kernel engine's rules in step: in while it is the engine, out without a trace when it is not. */

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

export interface KernelEngine {
  /** The rules for these stations, as text; nothing happens. */
  script(settings: BalancerSettings, backends: readonly Backend[]): string;
  /** Follows settings and stations; without the kernel engine there are no rules. @returns whether anything changed */
  follow(settings: BalancerSettings, backends: readonly Backend[]): Promise<boolean>;
  /** Clients that go on sending datagrams to a station that is gone are led to another. */
  stationEnded(address: string): Promise<void>;
  /** Puts the rules back when somebody flushed them. @returns whether they had to be */
  check(): Promise<boolean>;
  remove(): Promise<void>;
}

export function createKernelEngine(prefix: string): KernelEngine {
  const table = `${prefix}_balancer`;
  /** What was loaded last; null: nothing is known of an earlier run. */
  let loaded: { script: string; path: KernelPath } | null = null;
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

  async function remove(): Promise<void> {
    if (clean) return;
    try {
      await removeKernelRules(loaded?.path ?? pathFor(known));
    } catch (error) {
      // Without nft on the host nothing of ours can be there.
      if (!(error instanceof AppError) || error.code !== 'host_unsupported') throw error;
    }
    loaded = null;
    clean = true;
  }

  return {
    script,
    async follow(settings, backends) {
      known = backends;
      if (settings.engine !== 'kernel') {
        await remove();
        return false;
      }
      const next = { script: script(settings, backends), path: pathFor(backends) };
      if (loaded?.script === next.script) return false;
      clean = false;
      await applyKernelRules(next.path, next.script);
      loaded = next;
      return true;
    },
    async stationEnded(address) {
      if (loaded !== null) await forgetUdpSessions(address);
    },
    async check() {
      if (loaded === null || (await hasKernelRules(loaded.path))) return false;
      await applyKernelRules(loaded.path, loaded.script);
      return true;
    },
    remove,
  };
}
