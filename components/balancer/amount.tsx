import { formatBitrate, formatBytes } from '../../lib/format/bytes.ts';

/** How much in all, and below it how fast just now. */
export function Amount({ amount, rate, moving }: { amount: string; rate: string; moving: boolean }) {
  return (
    <span className="flex flex-col leading-tight">
      <span>{amount}</span>
      <span className={moving ? 'text-ink-muted text-xs' : 'text-ink-faint text-xs'}>{rate}</span>
    </span>
  );
}

/** Bytes in all, and bits a second just now. */
export function ByteAmount({ bytes, perSecond }: { bytes: number; perSecond: number }) {
  return <Amount amount={formatBytes(bytes)} rate={formatBitrate(perSecond)} moving={perSecond > 0} />;
}
