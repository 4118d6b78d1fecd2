/** Stations as tests need them: everything ordinary but what a test is about. */
import type { StationRuntime } from '../fleet/service.ts';
import type { Reading } from './station-track.ts';

export const runtime = (change: Partial<StationRuntime> = {}): StationRuntime => ({
  index: 1,
  name: 'conduit-1',
  containerId: 'a'.repeat(64),
  pid: null,
  engineState: 'running',
  exitCode: null,
  startedAtMs: 1_000_000,
  restarts: 0,
  address: '10.1.0.2',
  loopbackPort: null,
  metricsEndpoint: '10.1.0.2:9090',
  dataDir: null,
  dialect: 'february',
  maxClients: 50,
  bandwidthMbps: 40,
  hasOverride: false,
  wanted: true,
  stoppedByOperator: false,
  blockedReason: null,
  ...change,
});

export const reading = (change: Partial<Reading> = {}): Reading => ({
  source: 'metrics',
  connected: 7,
  connecting: 2,
  announcing: 3,
  live: true,
  uploadedBytes: 1000,
  downloadedBytes: 2000,
  processStartSeconds: 1000,
  regions: [],
  ...change,
});
