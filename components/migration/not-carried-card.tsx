import type { MigrationReport } from '../../lib/contract/migration.ts';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';

/** What cannot come along, each with the reason. */
export function NotCarriedCard({ items }: { items: MigrationReport['notCarried'] }) {
  return (
    <Card aria-label="What cannot be carried over">
      <CardHeader title="What cannot be carried over" description="Nothing of it is deleted." />
      <CardBody>
        <dl className="flex flex-col gap-4">
          {items.map(({ what, why }) => (
            <div key={what} className="flex flex-col gap-0.5">
              <dt className="break-words font-medium first-letter:uppercase">{what}</dt>
              <dd className="break-words text-ink-muted first-letter:uppercase">{why}</dd>
            </div>
          ))}
        </dl>
      </CardBody>
    </Card>
  );
}
