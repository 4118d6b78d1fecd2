import type { ReactNode } from 'react';
import type { Theme } from '../ui/theme.ts';
import { ThemeToggle } from '../ui/theme-toggle.tsx';
import { Brand } from './brand.tsx';
import { ConnectionBanner, ConnectionState } from './connection-state.tsx';
import { BottomNavigation, SideNavigation } from './navigation.tsx';
import { UserMenu } from './user-menu.tsx';

export interface ShellProps {
  username: string;
  theme: Theme;
  /** False where the page itself says that the agent is away. */
  showConnectionProblems?: boolean;
  children: ReactNode;
}

/** The frame of every page of a signed-in administrator. Pages bring a `PageHeader` and their content. */
export function Shell({ username, theme, showConnectionProblems = true, children }: ShellProps) {
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)] print:block">
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-accent px-4 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to the content
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col gap-8 border-r bg-surface px-4 py-5 lg:flex print:hidden">
        <div className="px-2">
          <Brand />
        </div>
        <SideNavigation />
      </aside>
      <div className="flex min-w-0 flex-col">
        <header className="sticky top-0 z-30 flex h-16 items-center gap-2 border-b bg-canvas px-4 sm:px-6 lg:px-8 print:hidden">
          <div className="lg:hidden">
            <Brand />
          </div>
          <div className="ml-auto flex items-center gap-1">
            <div className="mr-2">
              <ConnectionState />
            </div>
            <ThemeToggle initial={theme} />
            <UserMenu username={username} />
          </div>
        </header>
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto w-full max-w-7xl flex-1 px-4 pt-6 pb-28 outline-none sm:px-6 lg:px-8 lg:pt-8 lg:pb-16"
        >
          {showConnectionProblems ? <ConnectionBanner /> : null}
          {children}
        </main>
      </div>
      <BottomNavigation />
    </div>
  );
}
