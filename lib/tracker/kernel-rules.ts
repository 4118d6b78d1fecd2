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

/** Counts what had no room in its set. */
const MISSED = 'missed';
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
    `  counter ${MISSED} { }`,
    ...sets,
    '  chain arriving { }',
    '  chain leaving { }',
    '  chain before {',
    '    type filter hook prerouting priority raw; policy accept;',
    // By number, which is looked up when the rule is loaded: comparing names costs more than the rest of the way here.
    `    iif "${name}" jump arriving`,
    '  }',
    '  chain after {',
    '    type filter hook postrouting priority 300; policy accept;',
    `    oif "${name}" jump leaving`,
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
    ...unwanted(input, direction.port).map(
      (match) => `add rule inet ${table} ${direction.chain} ${match} return`,
    ),
    ...FAMILIES.map(({ family, word }) => {
      const set = `${direction.chain}_${family}_${side}`;
      return `add rule inet ${table} ${direction.chain} meta nfproto ${family} update @${set} { ${word} ${direction.side} counter } return`;
    }),
    // Only what had no room in its set comes here.
    `add rule inet ${table} ${direction.chain} counter name ${MISSED}`,
  ])
    .concat('')
    .join('\n');
}

/** What is not counted leaves at its first question. */
function unwanted({ preset, ports }: KernelRulesInput, port: 'dport' | 'sport'): string[] {
  if (preset === 'all') return [`tcp dport ${SSH}`, `tcp sport ${SSH}`];
  return ['meta l4proto != { tcp, udp }', `th ${port} != { ${ports.join(', ')} }`];
}

export function renderFlush(table: string, side: Side): string {
  return `${setNames(side)
    .map(({ name }) => `flush set inet ${table} ${name}`)
    .join('\n')}\n`;
}

export interface VisitTable {
  /** One element of a set; a counter of zero packets is never there. */
  onElement: (set: string, address: string, packets: number, bytes: number) => void;
  /** The packets that found no room in their set, since the table was made. */
  onMissed: (packets: number) => void;
}

/** Reads what `nft -j list table` prints, as it comes; a chunk may end anywhere. */
export function createTableReader({ onElement, onMissed }: VisitTable): {
  push(chunk: Buffer): void;
  end(): void;
} {
  let rest = '';
  let object = '';
  function read(text: string): void {
    for (const [, name, address, packets, bytes, alone] of text.matchAll(WORDS)) {
      if (address !== undefined) onElement(object, address, Number(packets), Number(bytes));
      else if (name !== undefined) object = name;
      else if (object === MISSED) onMissed(Number(alone));
    }
  }
  return {
    push(chunk) {
      const text = rest + chunk.toString('latin1');
      // None of what is looked for has one inside.
      const end = text.lastIndexOf('}') + 1;
      read(text.slice(0, end));
      rest = text.slice(end);
    },
    end() {
      read(rest);
      rest = '';
    },
  };
}

/** The name of a set or a counter, an element with its counter, and the packets of a counter that has a name. */
const WORDS =
  /"name": "(\w+)"|"val": "([0-9a-f.:]+)", "counter": \{"packets": (\d+), "bytes": (\d+)|"packets": (\d+)/g;
