'use client';

import { createContext, type ReactNode, useContext, useState } from 'react';

const NonceContext = createContext<string | undefined>(undefined);

/**
 * The nonce of the document's content security policy, for the few style elements that libraries make in the
 * browser. The document keeps its first policy while pages change, so the first value is kept too.
 */
export function NonceProvider({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  const [first] = useState(() => {
    // Read by get-nonce, which the scroll lock behind dialogs and menus asks.
    if (typeof window !== 'undefined' && nonce) Object.assign(window, { __webpack_nonce__: nonce });
    return nonce;
  });
  return <NonceContext value={first}>{children}</NonceContext>;
}

export function useNonce(): string | undefined {
  return useContext(NonceContext);
}
