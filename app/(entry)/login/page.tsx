import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { callAgent } from '../../_server/call.ts';
import { nextPage } from '../next-page.ts';
import { LoginForm } from './login-form.tsx';
import { LoginNotices } from './login-notices.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default async function LoginPage({ searchParams }: PageProps<'/login'>) {
  const { next, reason } = await searchParams;
  const session = await callAgent('session.get', {});
  if (session.ok) redirect(nextPage(next));
  return (
    <>
      <h1 className="font-semibold text-3xl tracking-tight">Sign in</h1>
      <LoginNotices reason={reason} />
      <LoginForm next={nextPage(next)} />
    </>
  );
}
