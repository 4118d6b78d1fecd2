import { describe, expect, it } from 'vitest';
import { DEFAULT_FLEET_SETTINGS } from '../contract/settings.ts';
import { readShape } from './station-shape.ts';
import { hostPortsOf, type SpecContext, stationPortsOf, stationSpec } from './station-spec.ts';

const context: SpecContext = {
  prefix: 'conduit',
  base: '10.200.0.0',
  volumeOf: (station) => `conduit-data-${station}`,
  image: {
    reference: 'conduit-simulator:february',
    id: 'sha256:1',
    digest: null,
    dialect: { name: 'february', clientsFlag: '--max-common-clients', metricsAddr: true, statsFile: false },
    dataDir: '/home/conduit/data',
    user: '1000:1000',
  },
  openFilesLimit: null,
  hostCpus: 2,
};
const settings = { ...DEFAULT_FLEET_SETTINGS, count: 2, loopbackPortBase: 8080, metricsPortBase: 19_500 };

describe('ports of this host', () => {
  it('are those for diagnosis while stations have a network of their own', () => {
    const spec = stationSpec({ active: true, settings, overrides: {} }, 2, context);
    expect(hostPortsOf(spec).map(({ hostPort, protocol }) => `${hostPort}/${protocol}`)).toEqual([
      '8082/tcp',
      '8082/udp',
    ]);
    expect(stationPortsOf(settings)).toEqual([8081, 8082]);
    expect(stationPortsOf({ ...settings, loopbackPorts: false })).toEqual([]);
  });

  it("are those of the metrics on the host's network, above the base the operator chose", () => {
    const onHost = { ...settings, networkMode: 'host' as const };
    const spec = stationSpec({ active: true, settings: onHost, overrides: {} }, 2, context);
    expect(readShape(spec.labels)?.metricsEndpoint).toBe('127.0.0.1:19502');
    expect(hostPortsOf(spec)).toEqual([{ hostPort: 19_502, protocol: 'tcp' }]);
    expect(stationPortsOf(onHost)).toEqual([19_501, 19_502]);
  });
});
