/**
 * Keeps the kernel engine's rules in step: in while it is the engine, out without a trace when it is not. One change
 * at a time: a look that finds the rules gone must not put back what is being removed.
 */
import type { Logger } from 'pino';
import {
  applyKernelRules,
  canForgetUdp,
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
  /** Stations an earlier run of the agent led clients to. */
  assume(backends: readonly Backend[]): void;
  /**
   * Follows settings and stations; without the kernel engine there are no rules. Clients that go on sending datagrams
   * to a station that left are led to another, unless it is `draining`: then they may stay until it stops.
   * @returns whether anything changed
   */
  follow(
    settings: KernelSettings,
    backends: readonly Backend[],
    draining: ReadonlySet<number>,
  ): Promise<boolean>;
  /** The station is gone: so are its datagrams' ways. They may come anew until the rules no longer lead there. */
  stationEnded(address: string): Promise<void>;
  /** Puts the rules back when somebody flushed them, and does what failed before. @returns whether they had to be */
  check(): Promise<boolean>;
  /** Datagrams cannot be led away: a program is missing. */
  strandsUdp(): boolean;
  remove(): Promise<void>;
}

type KernelSettings = KernelRulesInput['settings'] & Pick<BalancerSettings, 'engine'>;

export function createKernelEngine({ prefix, log }: { prefix: string; log: Logger }): KernelEngine {
  const table = `${prefix}_balancer`;
  const { alone } = createQueue();
  /** The rules that shall stand; null: none, or nothing is known of an earlier run. */
  let loaded: string | null = null;
  /** Where rules of ours may be. */
  let path: KernelPath | null = null;
  let clean = false;
  let known: readonly Backend[] = [];
  /** Addresses to lead datagrams away from. */
  const left = new Set<string>();
  let strands = false;

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

  async function load(next: string, backends: readonly Backend[]): Promise<void> {
    clean = false;
    path = pathFor(backends);
    await applyKernelRules(path, next);
    loaded = next;
    known = backends;
  }

  /** Only once the rules lead elsewhere: before, the next datagram would go there again. */
  async function leadAway(): Promise<void> {
    for (const address of left) {
      try {
        strands = !(await forgetUdpSessions(address));
        left.delete(address);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.warn({ reason }, 'UDP clients of a station that left were not led away; it is tried again');
        return;
      }
    }
  }

  async function unload(): Promise<void> {
    loaded = null;
    left.clear();
    strands = false;
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
    assume(backends) {
      known = backends;
    },
    follow: (settings, backends, draining) =>
      alone(async () => {
        if (settings.engine !== 'kernel') {
          known = backends;
          await unload();
          return false;
        }
        const next = script(settings, backends);
        if (loaded === next) return false;
        if (loaded === null) strands = !(await canForgetUdp());
        const before = known;
        await load(next, backends);
        for (const { index, address } of before) if (!draining.has(index)) left.add(address);
        for (const { address } of backends) left.delete(address);
        await leadAway();
        return true;
      }),
    async stationEnded(address) {
      if (loaded !== null) await forgetUdpSessions(address);
    },
    check: () =>
      alone(async () => {
        if (loaded === null || path === null) return false;
        if (strands) strands = !(await canForgetUdp());
        const stands = await hasKernelRules(path);
        if (!stands) await load(loaded, known);
        await leadAway();
        return !stands;
      }),
    strandsUdp: () => strands,
    remove: () => alone(unload),
  };
}
