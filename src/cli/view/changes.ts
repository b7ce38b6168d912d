import type { BlamedChange } from '../../ledger/comparing/blame.ts';
import { fieldNames } from '../../ledger/comparing/field-changes.ts';

/** `added`, or `modified: text, confidence`. */
export function whatOf({ change, fields }: BlamedChange): string {
  return fields.length === 0 ? change : `${change}: ${fieldNames(fields).join(', ')}`;
}
