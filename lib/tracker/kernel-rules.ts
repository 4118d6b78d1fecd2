/**
 * Rules by which nftables counts bytes by client address, and what it says of them. There are two sides of each set: one
 * is counted into while the other is read, since nft 1.0.6 cannot read a set and empty it in one go. Pure.
 */

export type Side = 'a' | 'b';

export interface KernelRulesInput {
  table: string;
  interface: string;
  preset: 'frontend' | 'all';
  ports: readonly number[];
}

/** Addresses of one family and direction that are counted; what comes after is counted as missed. */
export const SET_SIZE = 131_072;
const SSH = 22;
const FAMILIES = [
  { family: 'ipv4', key: 'ipv4_addr', word: 'ip' },
  { family: 'ipv6', key: 'ipv6_addr', word: 'ip6' },
] as const;
const DIRECTIONS = [
  { chain: 'arriving', side: 'saddr', port: 'dport' },
  { chain: 'leaving', side: 'daddr', port: 'sport' },
] as const;

/** Names of the sets of one side, those of arriving packets first. */
export function setNames(side: Side): { name: string; arriving: boolean }[] {
  return DIRECTIONS.flatMap(({ chain }) =>
    FAMILIES.map(({ family }) => ({ name: `${chain}_${family}_${side}`, arriving: chain === 'arriving' })),
  );
}

/**
 * The whole table, counting into side `a`. Packets are seen with the port that clients use: before the address of a
 * station is put in (destination NAT), and after it was taken out again (source NAT).
 */
export function renderTable({ table, interface: name }: KernelRulesInput): string {
  const sets = (['a', 'b'] as const).flatMap((side) =>
    setNames(side).map((set) => {
      const key = set.name.includes('ipv4') ? 'ipv4_addr' : 'ipv6_addr';
      return `  set ${set.name} { type ${key}; size ${SET_SIZE}; flags dynamic; }`;
    }),
  );
  return [
    `table inet ${table} {`,
    '  counter missed { }',
    ...sets,
    '  chain arriving { }',
    '  chain leaving { }',
    '  chain before {',
    '    type filter hook prerouting priority raw; policy accept;',
    `    iifname "${name}" jump arriving`,
    '  }',
    '  chain after {',
    '    type filter hook postrouting priority 300; policy accept;',
    `    oifname "${name}" jump leaving`,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** From now on into the other side; in one transaction, so that no packet is counted twice or not at all. */
export function renderTurn(input: KernelRulesInput, side: Side): string {
  const { table } = input;
  return DIRECTIONS.flatMap((direction) => [
    `flush chain inet ${table} ${direction.chain}`,
    ...(input.preset === 'all' ? notSsh(table, direction.chain) : []),
    ...FAMILIES.flatMap(({ family, word }) => {
      const wanted = `meta nfproto ${family}${portsOf(input, direction.port)}`;
      const rule = `add rule inet ${table} ${direction.chain} ${wanted}`;
      return [
        `${rule} update @${direction.chain}_${family}_${side} { ${word} ${direction.side} counter } return`,
        // Only what had no room in the set comes here.
        `${rule} counter name missed`,
      ];
    }),
  ])
    .concat('')
    .join('\n');
}

function portsOf({ preset, ports }: KernelRulesInput, port: 'dport' | 'sport'): string {
  return preset === 'all' ? '' : ` meta l4proto { tcp, udp } th ${port} { ${ports.join(', ')} }`;
}

function notSsh(table: string, chain: string): string[] {
  return ['dport', 'sport'].map((port) => `add rule inet ${table} ${chain} tcp ${port} ${SSH} return`);
}

export function renderFlush(table: string, side: Side): string {
  return `${setNames(side)
    .map(({ name }) => `flush set inet ${table} ${name}`)
    .join('\n')}\n`;
}

/** One element of a set as nft prints it; a counter of zero packets is never there. */
export type VisitElement = (address: string, packets: number, bytes: number) => void;

/** Reads what `nft list set` prints, as it comes; an element may be cut by the end of a chunk. */
export function createElementReader(visit: VisitElement): { push(chunk: Buffer): void; end(): void } {
  let rest = '';
  function read(text: string): void {
    for (const [, address = '', packets, bytes] of text.matchAll(ELEMENT))
      visit(address, Number(packets), Number(bytes));
  }
  return {
    push(chunk) {
      const text = rest + chunk.toString('latin1');
      // Whole elements end with a comma or the closing brace.
      const end = Math.max(text.lastIndexOf(','), text.lastIndexOf('}')) + 1;
      read(text.slice(0, end));
      rest = text.slice(end);
    },
    end() {
      read(rest);
      rest = '';
    },
  };
}

const ELEMENT = /([0-9a-f]+[.:][0-9a-f.:]*|::[0-9a-f.:]*) counter packets (\d+) bytes (\d+)/g;

/** `counter missed { packets N bytes M }` as nft prints it. */
export function parseMissed(text: string): number {
  return Number(/packets (\d+) bytes/.exec(text)?.[1] ?? 0);
}
