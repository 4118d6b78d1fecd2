import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { QueryProvider } from '../components/data/query-provider.tsx';
import { NonceProvider } from '../components/ui/nonce.tsx';
import { parseTheme, THEME_COOKIE } from '../components/ui/theme.ts';
import { Toaster } from '../components/ui/toaster.tsx';
import { TooltipProvider } from '../components/ui/tooltip.tsx';
import './globals.css';

export const metadata: Metadata = {
  title: { template: '%s · Conduit', default: 'Conduit' },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1, viewportFit: 'cover' };

/** Drawn for each request: the nonce and the colours belong to it. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html
      lang="en"
      data-theme={theme === 'system' ? undefined : theme}
      className={`${GeistSans.variable} ${GeistMono.variable}`}
    >
      <body>
        <NonceProvider nonce={nonce}>
          <QueryProvider>
            <TooltipProvider delayDuration={300}>{children}</TooltipProvider>
            <Toaster />
          </QueryProvider>
        </NonceProvider>
      </body>
    </html>
  );
}
