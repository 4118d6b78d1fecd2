import type { Metadata } from 'next';
import { Suspense } from 'react';
import { CountriesPage } from '../../../components/countries/countries-page.tsx';

export const metadata: Metadata = { title: 'Countries' };

export default function Page() {
  return (
    <Suspense>
      <CountriesPage />
    </Suspense>
  );
}
