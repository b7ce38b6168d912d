import type { Sha256 } from '../../core/digest.ts';
import { ZooError } from '../../core/error.ts';
import { checkExperience } from '../../core/library/ingest.ts';
import { renderShard } from '../working.ts';
import { recordsOfPart } from './parts.ts';

/**
 * A shard that somebody may have written by hand, before it becomes one of a version: versions hold records that keep to
 * their rules, in lines that are canonical and in order.
 *
 * @param path for messages
 * @throws ZooError `not-canonical`, and those of `checkExperience`
 */
export function checkShardText(text: string, path: string, sha256: Sha256): void {
  const records = recordsOfPart(text, path);
  for (const record of records) checkExperience(record, `the experience ${record.id}`);
  if (renderShard(records, sha256) === text) return;
  throw new ZooError('not-canonical', `${path} is not written as zoo writes it`, {
    hint: 'Any change of a record in it rewrites it, such as "zoo ledger edit <id> --confidence 0.5".',
  });
}
