'use client';

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';

/**
 * Which rows of a long table to draw: those in and near the window only.
 * @param rowPixels height of a row
 * @param overscan rows drawn above and below the window, so that scrolling and "find in page" meet them
 * @returns the box the table goes into, the rows' positions, and how much room the others take
 */
export function useWindowRows(count: number, rowPixels: number, overscan: number) {
  const box = useRef<HTMLDivElement>(null);
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => rowPixels,
    overscan,
    scrollMargin: box.current?.offsetTop ?? 0,
    initialRect: { width: 1440, height: 900 },
  });
  const rows = virtualizer.getVirtualItems();
  const { scrollMargin } = virtualizer.options;
  return {
    box,
    rows,
    above: (rows[0]?.start ?? 0) - scrollMargin,
    below: virtualizer.getTotalSize() - ((rows.at(-1)?.end ?? 0) - scrollMargin),
  };
}

/** Holds the place of rows that are not drawn. */
export function RowSpacer({ pixels, columns }: { pixels: number; columns: number }) {
  return pixels > 0 ? (
    <tr>
      <td colSpan={columns} style={{ height: pixels }} />
    </tr>
  ) : null;
}
