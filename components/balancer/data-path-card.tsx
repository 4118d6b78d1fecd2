'use client';

import type { BalancerTraffic } from '../../lib/contract/balancer.ts';
import { formatPerSecond, inPortOrder, shareSentence, WHY_SMALL } from '../../lib/format/balancer.ts';
import { formatCount } from '../../lib/format/count.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { Amount, ByteAmount } from './amount.tsx';

/** What came through each port, and how much of all that the stations move that is. */
export function DataPathCard({ traffic }: { traffic: BalancerTraffic }) {
  const { since, ports, notes } = traffic;
  return (
    <Card className="flex flex-col">
      <CardHeader
        title="Data path"
        description={
          since === null ? (
            'Nothing is counted now.'
          ) : (
            <>
              From the kernel’s own counters, since <Time at={since} />
            </>
          )
        }
      />
      {ports.length > 0 ? (
        <div className="pt-3">
          <Table>
            <TableHeader>
              <tr>
                <TableHead className="pl-5 sm:pl-6">Port</TableHead>
                <TableHead numeric className="px-1.5 sm:px-4">
                  Sessions
                </TableHead>
                <TableHead
                  numeric
                  className="whitespace-normal px-1.5 leading-tight sm:whitespace-nowrap sm:px-4"
                >
                  From clients
                </TableHead>
                <TableHead
                  numeric
                  className="whitespace-normal pr-5 pl-1.5 leading-tight sm:whitespace-nowrap sm:pr-6 sm:pl-4"
                >
                  To clients
                </TableHead>
              </tr>
            </TableHeader>
            <TableBody>
              {inPortOrder(ports).map((flow) => (
                <TableRow key={`${flow.port}-${flow.protocol}`}>
                  <TableCell className="whitespace-nowrap pl-5 sm:pl-6">
                    <span className="font-medium">{flow.port}</span>{' '}
                    <span className="text-ink-muted text-sm">{flow.protocol.toUpperCase()}</span>
                  </TableCell>
                  <TableCell numeric className="px-1.5 sm:px-4">
                    <Amount
                      amount={formatCount(flow.opened)}
                      rate={formatPerSecond(flow.openedPerSecond)}
                      moving={flow.openedPerSecond > 0}
                    />
                  </TableCell>
                  <TableCell numeric className="px-1.5 sm:px-4">
                    <ByteAmount bytes={flow.bytesIn} perSecond={flow.bytesInPerSecond} />
                  </TableCell>
                  <TableCell numeric className="pr-5 pl-1.5 sm:pr-6 sm:pl-4">
                    <ByteAmount bytes={flow.bytesOut} perSecond={flow.bytesOutPerSecond} />
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </div>
      ) : null}
      <CardBody className="mt-auto flex flex-col gap-2 border-t">
        <p>
          <span className="font-medium">{shareSentence(traffic)}</span>{' '}
          <span className="text-ink-muted">{WHY_SMALL}</span>
        </p>
        {notes.map((note) => (
          <p key={note} className="text-ink-muted text-sm">
            {note}
          </p>
        ))}
      </CardBody>
    </Card>
  );
}
