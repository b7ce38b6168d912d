/** An operation as the teacher replies it: every key present, as constrained decoding writes it. */
export interface Proposal {
  readonly operation: 'add' | 'modify' | 'delete';
  readonly id: string | null;
  readonly experience: string | null;
  /** In a consolidation: the numbers of the proposals that it comes from. */
  readonly from?: readonly number[];
}

export function add(experience: string): Proposal {
  return { operation: 'add', id: null, experience };
}

export function modify(id: string, experience: string): Proposal {
  return { operation: 'modify', id, experience };
}

export function remove(id: string): Proposal {
  return { operation: 'delete', id, experience: null };
}
