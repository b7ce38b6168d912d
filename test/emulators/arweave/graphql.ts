import { buildSchema, graphql } from 'graphql';
import { type EmulatedWeave, type Listed, addressOf } from './weave.ts';

/** The part of the schema of Arweave's gateways that zoo asks for, as they publish it. */
const schema = buildSchema(`
  type Query {
    transaction(id: ID!): Transaction
    transactions(
      ids: [ID!], owners: [String!], recipients: [String!], tags: [TagFilter!], bundledIn: [ID!],
      block: BlockFilter, first: Int = 10, after: String, sort: SortOrder = HEIGHT_DESC
    ): TransactionConnection!
  }
  enum SortOrder { HEIGHT_ASC HEIGHT_DESC }
  enum TagOperator { EQ NEQ }
  input TagFilter { name: String!, values: [String!]!, op: TagOperator = EQ }
  input BlockFilter { min: Int, max: Int }
  type TransactionConnection { pageInfo: PageInfo!, edges: [TransactionEdge!]! }
  type PageInfo { hasNextPage: Boolean! }
  type TransactionEdge { cursor: String!, node: Transaction! }
  type Transaction {
    id: ID!, anchor: String!, signature: String!, recipient: String!, owner: Owner!, data: MetaData!,
    tags: [Tag!]!, block: Block, bundledIn: Bundle
  }
  type Owner { address: String!, key: String! }
  type MetaData { size: String!, type: String }
  type Tag { name: String!, value: String! }
  type Block { id: ID!, timestamp: Int!, height: Int! }
  type Bundle { id: ID! }
`);

export interface GraphqlOptions {
  /** As gateways do that index items without their signatures. */
  readonly withoutSignatures: boolean;
}

interface Filters {
  readonly ids?: readonly string[];
  readonly owners?: readonly string[];
  readonly tags?: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly first: number;
  readonly after?: string;
  readonly sort: 'HEIGHT_ASC' | 'HEIGHT_DESC';
}

export async function answerGraphql(
  weave: EmulatedWeave,
  body: { readonly query: string; readonly variables?: Record<string, unknown> },
  { withoutSignatures }: GraphqlOptions,
): Promise<unknown> {
  const show = ({ id, anchor, signature, target, owner, size, tags, block, bundledIn }: Listed) => ({
    id,
    anchor,
    signature: withoutSignatures && bundledIn !== undefined ? '' : signature,
    recipient: target,
    owner: { address: addressOf(owner), key: Buffer.from(owner).toString('base64url') },
    data: { size: String(size) },
    tags,
    block: block ?? null,
    bundledIn: bundledIn === undefined ? null : { id: bundledIn },
  });
  return await graphql({
    schema,
    source: body.query,
    variableValues: body.variables ?? {},
    rootValue: {
      transaction: ({ id }: { readonly id: string }) => {
        const listed = weave.listed.get(id);
        return listed === undefined ? null : show(listed);
      },
      transactions: (filters: Filters) => {
        const matching = [...weave.listed.values()].filter((listed) => matches(listed, filters));
        const height = ({ block }: Listed) => block?.height ?? Infinity;
        matching.sort((one, other) => (height(one) === height(other) ? 0 : height(one) - height(other)));
        if (filters.sort === 'HEIGHT_DESC') matching.reverse();
        const start = filters.after == null ? 0 : Number(filters.after);
        const page = matching.slice(start, start + Math.min(filters.first, 100));
        return {
          pageInfo: { hasNextPage: start + page.length < matching.length },
          edges: page.map((listed, index) => ({ cursor: String(start + index + 1), node: show(listed) })),
        };
      },
    },
  });
}

function matches(listed: Listed, { ids, owners, tags }: Filters): boolean {
  if (ids != null && !ids.includes(listed.id)) return false;
  if (owners != null && !owners.includes(addressOf(listed.owner))) return false;
  return (tags ?? []).every(({ name, values }) =>
    listed.tags.some((tag) => tag.name === name && values.includes(tag.value)),
  );
}
