'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { AppError } from '../../lib/contract/errors.ts';

const RETRIES = 2;

export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            staleTime: 5000,
            // Only what may be different in a moment is worth asking again.
            retry: (failures, error) =>
              failures < RETRIES && error instanceof AppError && error.code === 'agent_unreachable',
          },
        },
      }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
