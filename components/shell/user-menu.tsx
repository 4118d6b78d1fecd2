'use client';

import { CircleUser, LogOut } from 'lucide-react';
import Link from 'next/link';
import { signOut } from 'next-auth/react';
import { useState } from 'react';
import { noteSigningOut } from '../data/session-ended.ts';
import { Button } from '../ui/button.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '../ui/dropdown-menu.tsx';
import { toast } from '../ui/toast-store.ts';
import { useDestinations } from './navigation.tsx';

export function UserMenu({ username }: { username: string }) {
  const [pending, setPending] = useState(false);
  const destinations = useDestinations();
  const leave = async () => {
    setPending(true);
    try {
      noteSigningOut(true);
      await signOut({ redirect: false });
      window.location.assign('/login?reason=signed-out');
    } catch {
      noteSigningOut(false);
      setPending(false);
      toast({
        tone: 'critical',
        title: 'You are still signed in',
        description: 'The panel cannot be reached. Check your SSH tunnel and try again.',
      });
    }
  };
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" pending={pending} aria-label={`Account of ${username}`}>
          {pending ? null : <CircleUser aria-hidden />}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        <DropdownMenuLabel>
          Signed in as <span className="font-medium text-ink">{username}</span>
        </DropdownMenuLabel>
        <DropdownMenuSeparator />
        {destinations
          .filter(({ inMenuOnPhone }) => inMenuOnPhone)
          .map(({ href, label, icon: Icon }) => (
            <DropdownMenuItem key={href} asChild className="lg:hidden">
              <Link href={href}>
                <Icon aria-hidden />
                {label}
              </Link>
            </DropdownMenuItem>
          ))}
        <DropdownMenuItem onSelect={() => void leave()}>
          <LogOut aria-hidden />
          Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
