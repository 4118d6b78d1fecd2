import type { Metadata } from 'next';
import { SetupForm } from './setup-form.tsx';

export const metadata: Metadata = { title: 'Set up' };

export default function SetupPage() {
  return (
    <>
      <div className="flex flex-col gap-2">
        <h1 className="font-semibold text-3xl tracking-tight">Create the administrator</h1>
        <p className="text-ink-muted">
          This account controls the stations on this server. There is no default password and no way to
          recover one by e-mail: keep it in a password manager.
        </p>
      </div>
      <SetupForm />
    </>
  );
}
