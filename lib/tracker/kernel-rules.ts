/**
 * Rules by which nftables counts bytes by client address. There are two sides of each set: one is counted into while the
 * other is read, since nft 1.0.6 cannot read a set and empty it in one go. Pure.
 */

export type Side = 'a' | 'b';

export interface KernelRulesInput {
  table: string;
  interface: string;
  preset: 'frontend' | 'all';
  ports: readonly number[];
}

/** Counts what had no room in its set. */
export const MISSED = 'missed';
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

/**
 * From now on into the other side, which forgets first what it had; in one transaction, so that no packet is counted twice
 * or not at all. To forget at once what was read would take a program of its own, and nft cannot list and flush in one.
 */
export function renderTurn(input: KernelRulesInput, side: Side): string {
  const { table } = input;
  const forget = setNames(side).map(({ name }) => `flush set inet ${table} ${name}`);
  const rules = DIRECTIONS.flatMap((direction) => [
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
  ]);
  return [...forget, ...rules, ''].join('\n');
}

/** What is not counted leaves at its first question. */
function unwanted({ preset, ports }: KernelRulesInput, port: 'dport' | 'sport'): string[] {
  if (preset === 'all') return [`tcp dport ${SSH}`, `tcp sport ${SSH}`];
  return ['meta l4proto != { tcp, udp }', `th ${port} != { ${ports.join(', ')} }`];
}
