'use client';

import { Gauge } from 'lucide-react';
import { type UseFormReturn, useWatch } from 'react-hook-form';
import { capacitySentence, capacityWarning } from '../../lib/format/capacity.ts';
import { useCall } from '../data/use-call.ts';
import { Button } from '../ui/button.tsx';
import { Note } from '../ui/note.tsx';
import type { FleetValues } from './fleet-values.ts';

/** What this server carries beside what is typed, with a button that takes it over. Says nothing until it is known. */
export function CapacityHint({ form }: { form: UseFormReturn<FleetValues> }) {
  const { data } = useCall('capacity.get', {});
  const [count, maxClients] = useWatch({ control: form.control, name: ['count', 'maxClients'] });
  if (data === undefined) return null;
  const typed = { count: Number(count), maxClients: Number(maxClients) };
  const isTyped = Number.isInteger(typed.count) && Number.isInteger(typed.maxClients);
  const warning = isTyped ? capacityWarning(typed, data) : null;
  const isSuggested = typed.count === data.stations && typed.maxClients === data.clientsPerStation;

  function use() {
    const options = { shouldDirty: true, shouldValidate: true };
    form.setValue('count', String(data?.stations), options);
    form.setValue('maxClients', String(data?.clientsPerStation), options);
  }

  return (
    <Note
      tone={warning === null ? 'accent' : 'warn'}
      title={warning === null ? 'What this server carries' : 'More than this server can use'}
      actions={
        isSuggested ? null : (
          <Button size="sm" onClick={use}>
            <Gauge aria-hidden />
            Use {data.stations} × {data.clientsPerStation}
          </Button>
        )
      }
    >
      {warning === null ? null : <p>{warning}</p>}
      <p>{capacitySentence(data)}</p>
      <details className="mt-1">
        <summary className="cursor-pointer text-sm underline-offset-4 hover:underline">
          How that is reckoned
        </summary>
        <ul className="mt-1 list-disc pl-5 text-sm">
          {data.arithmetic.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </details>
    </Note>
  );
}
