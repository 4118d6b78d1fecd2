import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { ErrorNote } from './note.tsx';
import { Skeleton } from './skeleton.tsx';

export interface LoadingPanelProps<T> {
  /** Undefined while nothing has arrived. Data that has arrived stays visible while newer data loads. */
  data: T | undefined;
  error: { message: string; remedy?: string | null | undefined } | null;
  onRetry?: () => void;
  isEmpty?: (data: T) => boolean;
  /** Drawn when there is nothing. */
  empty?: ReactNode;
  /** Drawn while loading; by default three grey lines. */
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

/** The one place that decides between loading, error, empty and content. */
export function LoadingPanel<T>(props: LoadingPanelProps<T>) {
  const { data, error, onRetry, isEmpty, empty, skeleton, children } = props;
  const note = error ? (
    <ErrorNote
      error={error}
      actions={
        onRetry ? (
          <Button size="sm" onClick={onRetry}>
            <RotateCw aria-hidden />
            Try again
          </Button>
        ) : null
      }
    />
  ) : null;
  if (data === undefined) {
    return (
      note ?? (
        <div role="status" aria-label="Loading">
          {skeleton ?? (
            <div className="flex flex-col gap-3">
              <Skeleton className="h-5 w-2/3" />
              <Skeleton className="h-5 w-full" />
              <Skeleton className="h-5 w-1/2" />
            </div>
          )}
        </div>
      )
    );
  }
  return (
    <>
      {note ? <div className="mb-4">{note}</div> : null}
      {isEmpty?.(data) ? empty : children(data)}
    </>
  );
}
