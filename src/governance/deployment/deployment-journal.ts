import { z } from 'zod';
import { ZooError } from '../../core/error.ts';
import { checkJson, parseJson } from '../../core/json.ts';
import type { Files } from '../../world/files/files.ts';
import { type DeploymentParameters, parametersSchema } from './deployment.ts';

const headSchema = z.strictObject({
  v: z.literal(1),
  chainId: z.int(),
  genesis: z.string(),
  deployer: z.string(),
  parameters: parametersSchema,
});
export type JournalHead = z.infer<typeof headSchema>;

const signedSchema = z.strictObject({
  raw: z.string(),
  hash: z.string(),
  from: z.string(),
  nonce: z.int(),
  address: z.string().nullable(),
});

const lineSchema = z.union([
  /** About to be sent: the signed transaction itself, so that it is never made a second time. */
  z.strictObject({ step: z.string(), signed: signedSchema, constructorArguments: z.array(z.json()) }),
  z.strictObject({ step: z.string(), mined: z.strictObject({ block: z.int(), hash: z.string() }) }),
  /** Another transaction took its place; the step begins anew. */
  z.strictObject({ step: z.string(), dropped: z.string() }),
]);
type JournalLine = z.infer<typeof lineSchema>;

/** What a deployment is about to do and has done, on the disk before anything is sent. */
export interface DeploymentJournal {
  readonly head: JournalHead | undefined;
  readonly lines: readonly JournalLine[];
  begin(head: JournalHead): Promise<void>;
  append(line: JournalLine): Promise<void>;
}

/** A line that was cut off while it was written was never acted upon. */
export async function openDeploymentJournal(files: Files, path: string): Promise<DeploymentJournal> {
  const text = (await files.readText(path)) ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await files.truncate(path, Buffer.byteLength(whole));
  const [first, ...rest] = whole.split('\n').filter((line) => line !== '');
  const lines = rest.map((line, index) => parseJson(line, lineSchema, `line ${index + 2} of ${path}`));
  const write = async (value: unknown) => {
    const file = await files.append(path);
    try {
      await file.write(`${JSON.stringify(value)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  };
  return {
    head: first === undefined ? undefined : parseJson(first, headSchema, `line 1 of ${path}`),
    lines,
    begin: (head) => write(checkJson(head, headSchema, path)),
    append: async (line) => {
      await write(line);
      lines.push(line);
    },
  };
}

/** @throws ZooError `deployment-differs` when another deployment was begun there */
export function checkSame(head: JournalHead, wanted: JournalHead, path: string): void {
  if (head.genesis !== wanted.genesis || head.chainId !== wanted.chainId)
    throw new ZooError('deployment-gone', `${path} tells of a deployment to a chain that is no more`, {
      hint: 'Deploy anew with --again; what was there is kept beside it.',
    });
  const differing = difference(head.parameters, wanted.parameters);
  if (head.deployer === wanted.deployer && differing === undefined) return;
  const what = differing === undefined ? `account ${head.deployer}` : `another ${differing}`;
  throw new ZooError('deployment-differs', `${path} tells of a deployment with ${what}`, {
    hint: 'Give the same as before to go on with it, or deploy anew with --again.',
  });
}

function difference(one: DeploymentParameters, other: DeploymentParameters): string | undefined {
  const keys = Object.keys(one) as (keyof DeploymentParameters)[];
  return keys.find((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]));
}
