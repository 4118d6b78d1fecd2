import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { v1SettingsSchema } from '../contract/migration.ts';
import { mapSettings, parseSettingsFile } from './settings-file.ts';

const map = (text: string) => mapSettings(parseSettingsFile(text));

describe('a file of shell assignments', () => {
  it('is read as the shell would, and never run', () => {
    const text = [
      '# a comment',
      'MAX_CLIENTS=200',
      'export BANDWIDTH=5 # Mbit/s',
      'TELEGRAM_BOT_TOKEN="12:a\\"b $(touch /tmp/x) `id`"',
      'TELEGRAM_SERVER_LABEL=\'it is "mine"\'',
      'EMPTY=',
      'MAX_CLIENTS=300\r',
      'not an assignment',
      '  INDENTED=1',
      'A-B=2',
    ].join('\n');
    expect([...parseSettingsFile(text)]).toEqual([
      ['MAX_CLIENTS', '300'],
      ['BANDWIDTH', '5'],
      ['TELEGRAM_BOT_TOKEN', '12:a"b $(touch /tmp/x) `id`'],
      ['TELEGRAM_SERVER_LABEL', 'it is "mine"'],
      ['EMPTY', ''],
      ['INDENTED', '1'],
    ]);
  });

  it('may hold anything at all', () => {
    const bytes = fc.uint8Array({ maxLength: 12 }).map((some) => Buffer.from(some).toString('latin1'));
    const names = fc.constantFrom(
      'MAX_CLIENTS',
      'BANDWIDTH_2',
      'DOCKER_CPUS',
      'MEMORY_1',
      'DATA_CAP_GB',
      'CONTAINER_COUNT',
    );
    const signs = fc.constantFrom(
      '=',
      '\n',
      '"',
      "'",
      '\\',
      ' ',
      '-1',
      '1e999',
      '0.5',
      'g',
      '999999999999',
      'NaN',
    );
    const pieces = fc.array(fc.oneof(bytes, names, signs), { maxLength: 30 });
    fc.assert(
      fc.property(pieces, (words) => {
        const text = words.join('');
        const { notCarried: _n, ...mapped } = map(text);
        v1SettingsSchema.parse({ path: '/x', ...mapped });
      }),
    );
  });
});

describe('the settings of', () => {
  it('1.0', () => {
    expect(map('MAX_CLIENTS=50\nBANDWIDTH=40\n')).toMatchObject({
      fleet: { maxClients: 50, bandwidthMbps: 40 },
      overrides: {},
      count: null,
      dataCapGb: null,
      telegram: false,
      notCarried: [],
    });
  });

  it('1.2, with limits of single stations', () => {
    const found = map(
      'MAX_CLIENTS=200\nBANDWIDTH=-1\nCONTAINER_COUNT=3\nDATA_CAP_GB=500\nDOCKER_CPUS=1.5\nDOCKER_MEMORY=1g\n' +
        'TELEGRAM_BOT_TOKEN=""\nTELEGRAM_ENABLED=true\nMAX_CLIENTS_2=100\nBANDWIDTH_2=-1\nCPUS_3=0.5\nMEMORY_3=512m\n',
    );
    expect(found).toMatchObject({
      fleet: { maxClients: 200, bandwidthMbps: -1, cpus: 1.5, memoryMb: 1024 },
      count: 3,
      dataCapGb: 500,
      telegram: true,
    });
    // What equals the fleet's is no override.
    expect(found.overrides).toEqual({ '2': { maxClients: 100 }, '3': { cpus: 0.5, memoryMb: 512 } });
    expect(found.notCarried.map(({ what }) => what)).toEqual([
      'the data cap of 500 GB',
      'messages by Telegram',
    ]);
  });

  it('1.3, with caps by direction and other proxies', () => {
    const { notCarried } = map(
      'SNOWFLAKE_ENABLED=true\nMTPROTO_ENABLED=false\nDATA_CAP_GB=0\nDATA_CAP_UP_GB=10\nDATA_CAP_DOWN_GB=20\n',
    );
    expect(notCarried.map(({ what }) => what)).toEqual([
      'Snowflake proxies',
      'the data cap of 10 GB up, 20 GB down',
    ]);
  });

  it('CONDUIT-CLUSTER-MANAGER, whose saver and installer use different names', () => {
    const { fleet, overrides } = map(
      'CONTAINER_CPU_LIMIT=2\nCONTAINER_MEM_LIMIT=256m\nCONTAINER_CPUS_40=1\nCPUS_39=1\nCONTAINER_CPUS_39=9\nMEMORY_41=64m\n',
    );
    expect(fleet).toEqual({ cpus: 2, memoryMb: 256 });
    expect(overrides).toEqual({ '39': { cpus: 1 }, '40': { cpus: 1 } });
  });

  it('a station that wants more than one can have are named, and not bent', () => {
    const { fleet, overrides, notCarried } = map('MAX_CLIENTS=5000\nBANDWIDTH=fast\nMEMORY_1=1m\n');
    expect(fleet).toEqual({});
    expect(overrides).toEqual({});
    expect(notCarried.map(({ what }) => what)).toEqual(['MAX_CLIENTS', 'BANDWIDTH', 'MEMORY_1']);
    expect(notCarried[0]?.why).toContain('at most 1000');
  });
});
