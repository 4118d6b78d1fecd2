'use client';

import { useCallback, useEffect, useState } from 'react';
import * as z from 'zod';

const STORED_AS = 'conduit-claimed';
/** Station number → Proxy ID that was claimed: a station with a new identity is to be claimed anew. */
const schema = z.record(z.string(), z.string());
type Claimed = z.infer<typeof schema>;

/** Which stations this reader has ticked off; kept in this browser only. No key is in it. */
export function useClaimed() {
  const [claimed, setClaimed] = useState<Claimed>({});
  useEffect(() => setClaimed(read()), []);
  const tick = useCallback((station: number, proxyId: string, on: boolean) => {
    setClaimed((before) => {
      const { [String(station)]: _was, ...others } = before;
      const after = on ? { ...others, [String(station)]: proxyId } : others;
      localStorage.setItem(STORED_AS, JSON.stringify(after));
      return after;
    });
  }, []);
  return { claimed, tick };
}

function read(): Claimed {
  try {
    return schema.safeParse(JSON.parse(localStorage.getItem(STORED_AS) ?? '{}')).data ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
