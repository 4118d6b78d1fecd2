'use client';

import { useId, useSyncExternalStore } from 'react';
import { isZone, ownZone } from '../../lib/format/zone.ts';
import { Select } from '../ui/select.tsx';

const KEY = 'conduit-time-zone';
const listeners = new Set<() => void>();

/** Beside the device's own and UTC: zones of those who help and those who are helped. */
const OFFERED = [
  'Asia/Tehran',
  'Europe/Moscow',
  'Asia/Shanghai',
  'Asia/Yangon',
  'Europe/Minsk',
  'Asia/Ashgabat',
  'Europe/London',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
];

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read(): string {
  const kept = window.localStorage.getItem(KEY) ?? '';
  return isZone(kept) ? kept : ownZone();
}

/** Whose clock charts show, remembered on this device; UTC while the server draws the page. */
export function useZone(): [string, (zone: string) => void] {
  const zone = useSyncExternalStore(subscribe, read, () => 'UTC');
  return [
    zone,
    (next) => {
      window.localStorage.setItem(KEY, next);
      for (const notify of listeners) notify();
    },
  ];
}

export function ZonePicker({ zone, onChange }: { zone: string; onChange: (zone: string) => void }) {
  const id = useId();
  const own = ownZone();
  const all = [...new Set([own, 'UTC', zone, ...OFFERED])];
  return (
    <div className="w-56">
      <Select
        id={id}
        aria-label="Time zone"
        value={zone}
        onValueChange={onChange}
        options={all.map((value) => ({
          value,
          label: value === own ? `This device (${value})` : value,
        }))}
      />
    </div>
  );
}
