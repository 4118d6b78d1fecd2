/** Stands in until the tracker is there. */
import { DEFAULT_TRACKER_SETTINGS } from '../../lib/contract/settings.ts';
import type { TrackerService, TrackerServiceOptions } from './service.ts';

export function createTrackerService(_options: TrackerServiceOptions): TrackerService {
  const settings = { ...DEFAULT_TRACKER_SETTINGS, preset: 'off' as const };
  const state = () => ({
    settings,
    state: 'off' as const,
    message: null,
    interface: null,
    since: null,
    windowSeconds: 10,
    windowAt: null,
    packetsPerSecond: 0,
    bytesPerSecond: 0,
    packets: 0,
    droppedPackets: 0,
    restarts: 0,
    cpuPercent: null,
    geo: { name: null, builtAt: null, path: '', error: null },
  });
  return {
    state,
    configure: async () => state(),
    settings: () => settings,
    latest: () => null,
    problems: () => [],
    start: async () => undefined,
    close: async () => undefined,
  };
}
