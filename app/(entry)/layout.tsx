import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { Brand } from '../../components/shell/brand.tsx';
import { parseTheme, THEME_COOKIE } from '../../components/ui/theme.ts';
import { ThemeToggle } from '../../components/ui/theme-toggle.tsx';

/** The frame of the pages before the door: set-up and sign-in. */
export default async function EntryLayout({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-16 items-center justify-between px-4 sm:px-8">
        <Brand />
        <ThemeToggle initial={theme} />
      </header>
      <main className="mx-auto flex w-full max-w-md flex-1 flex-col justify-center gap-6 px-4 pb-24 sm:px-0">
        {children}
      </main>
    </div>
  );
}
