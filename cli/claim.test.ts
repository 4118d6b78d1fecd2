// `conduit claim` in process: what it asks the agent for and what a reader sees.
import { describe, expect, it } from 'vitest';
import { conduit } from './run-with-fake-agent.ts';

const link = 'network.ryve.app://(app)/conduits?claim=eyJkYXRhIjp7fX0=';
const calls = { 'station.claim': { claims: [{ station: 3, proxyId: 'abc', name: 'conduit-3', link }] } };

describe('conduit claim', () => {
  it('prints code and link, and warns beside them of what they are', async () => {
    const { code, out, err, asked } = await conduit('claim 3', { calls });
    expect(asked).toEqual([['station.claim', { stations: [3] }]]);
    expect(out.split('\n').at(-1)).toBe(link);
    expect(out).toMatch(/█▀▀▀▀▀▀▀|█████████/);
    expect(err).toContain('private key');
    expect(err).not.toContain(link);
    expect(code).toBe(0);
  });

  it('passes the name on, and names what is wrong with a number', async () => {
    const { asked } = await conduit('claim 3 --name attic', { calls });
    expect(asked).toEqual([['station.claim', { stations: [3], name: 'attic' }]]);
    const wrong = await conduit('claim 0');
    expect(wrong.err).toContain('claim: station must be at least 1, got 0');
    expect(wrong.code).toBe(2);
  });
});
