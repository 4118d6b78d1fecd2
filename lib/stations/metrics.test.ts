import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMetrics } from './metrics.ts';

const JANUARY = `# HELP conduit_connected_clients Number of clients currently connected
# TYPE conduit_connected_clients gauge
conduit_connected_clients 7
conduit_connecting_clients 2
conduit_is_live 1
conduit_max_clients 200
conduit_bytes_uploaded 1.234567e+06
conduit_bytes_downloaded 42
conduit_build_info{build_repo="r",build_rev="835ce2a",go_version="go1.24",values_rev="v"} 1
go_goroutines 12
process_start_time_seconds 1.76952e+09
`;
const FEBRUARY = `conduit_announcing 3
conduit_connected_clients 5
conduit_max_common_clients 50
conduit_max_personal_clients 5
conduit_idle_seconds 0
conduit_region_connected_clients{region="IR",scope="common"} 4
conduit_region_connected_clients{scope="personal",region="IR"} 1
conduit_region_bytes_uploaded{region="IR",scope="common"} 1e+09
`;

describe('parseMetrics', () => {
  it('reads January', () => {
    expect(parseMetrics(JANUARY)).toEqual({
      connected: 7,
      connecting: 2,
      announcing: null,
      live: true,
      idleSeconds: null,
      uptimeSeconds: null,
      uploadedBytes: 1_234_567,
      downloadedBytes: 42,
      maxClients: 200,
      processStartSeconds: 1_769_520_000,
      version: '835ce2a',
      regions: null,
    });
  });

  it('reads February, with labels in either order and scopes apart', () => {
    const metrics = parseMetrics(FEBRUARY);
    expect(metrics).toMatchObject({
      connected: 5,
      announcing: 3,
      maxClients: 55,
      idleSeconds: 0,
      live: null,
    });
    expect(metrics?.regions).toEqual([
      { code: 'IR', scope: 'common', connected: 4, connecting: 0, uploadedBytes: 1e9, downloadedBytes: 0 },
      { code: 'IR', scope: 'personal', connected: 1, connecting: 0, uploadedBytes: 0, downloadedBytes: 0 },
    ]);
  });

  it('says null for anything that is not a station', () => {
    expect(parseMetrics('<html>502</html>')).toBeNull();
    expect(parseMetrics('')).toBeNull();
    expect(parseMetrics('go_goroutines 12\n')).toBeNull();
  });

  it('never throws, and never makes up a number, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.string(), fc.constantFrom(...FEBRUARY.split('\n'), 'conduit_x{', 'conduit_}{ 1')),
        ),
        (lines) => {
          const metrics = parseMetrics(lines.join('\n'));
          if (metrics !== null) expect(Number.isFinite(metrics.connected)).toBe(true);
        },
      ),
    );
  });

  it('reads back every region it is told', () => {
    const region = fc.record({
      code: fc.stringMatching(/^[A-Z]{2}$/),
      connected: fc.nat(1000),
      up: fc.nat(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(region, { selector: (r) => r.code }), (regions) => {
        const text = regions.flatMap((r) => [
          `conduit_region_connected_clients{region="${r.code}",scope="common"} ${r.connected}`,
          `conduit_region_bytes_uploaded{region="${r.code}",scope="common"} ${r.up}`,
        ]);
        const metrics = parseMetrics(['conduit_connected_clients 1', ...text].join('\n'));
        expect((metrics?.regions ?? []).map((r) => [r.code, r.connected, r.uploadedBytes])).toEqual(
          regions.map((r) => [r.code, r.connected, r.up]),
        );
      }),
    );
  });
});
