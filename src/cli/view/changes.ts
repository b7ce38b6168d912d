import type { BlamedChange } from '../../ledger/comparing/blame.ts';

/** `added`, or `modified: text, confidence`. */
export function whatOf({ change, fields }: BlamedChange): string {
  return fields.length === 0 ? change : `${change}: ${fields.join(', ')}`;
}
