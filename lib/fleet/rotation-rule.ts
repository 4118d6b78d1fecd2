/** Which stations the balancer sends clients to, by what each says of itself. Pure. */

/** A station's own word: `unknown` until it has said anything since its start. */
export type Health = 'well' | 'ill' | 'unknown';

export interface Candidate {
  index: number;
  address: string;
  health: Health;
  /** Why it is ill, for people. */
  complaint: string | null;
  /** The balancer sends it clients now. */
  member: boolean;
}

export interface Choice {
  backends: { index: number; address: string }[];
  /** Why the others are out, by station. */
  out: Map<number, string>;
  /** More than half are ill: more likely it is the machine or the network than the stations, and all stay in. */
  panic: boolean;
}

/** @param candidates stations that run, are wanted, and are not about to stop */
export function chooseBackends(candidates: readonly Candidate[]): Choice {
  const ill = candidates.filter(({ health }) => health === 'ill');
  const judged = candidates.filter(({ health, member }) => health !== 'unknown' || member);
  const panic = ill.length > 0 && ill.length * 2 > judged.length;
  const out = new Map<number, string>();
  const backends: Choice['backends'] = [];
  for (const { index, address, health, complaint, member } of candidates) {
    if (health === 'well' || (health === 'unknown' && member) || (health === 'ill' && panic && member))
      backends.push({ index, address });
    else if (health === 'unknown') out.set(index, 'It has not reported yet; it joins when it has.');
    else out.set(index, complaint ?? 'It is not well.');
  }
  return { backends, out, panic };
}
