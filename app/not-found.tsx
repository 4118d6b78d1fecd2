import { Compass } from 'lucide-react';
import Link from 'next/link';
import { Button } from '../components/ui/button.tsx';
import { EmptyState } from '../components/ui/empty-state.tsx';

export default function NotFound() {
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <EmptyState
        icon={Compass}
        heading
        title="There is no such page"
        action={
          <Button asChild>
            <Link href="/">To the overview</Link>
          </Button>
        }
      >
        The address may be mistyped, or what it showed no longer exists.
      </EmptyState>
    </main>
  );
}
