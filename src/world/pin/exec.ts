import { spawn } from 'node:child_process';
import { ZooError, messageOf } from '../../core/error.ts';
import type { Pin, PinReport, Shipment } from './pin.ts';

const outputBytes = 64 * 1024;

export interface ExecOptions {
  readonly target: string;
  /** Run by the system's shell. */
  readonly command: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * A command of the user's own, such as one that calls filecoin-pin. It is run with `ZOO_ACTION` (`status` or `pin`),
 * `ZOO_CID`, and for `pin` `ZOO_CAR` (the path of the CAR) and `ZOO_NAME`. It answers on its last line of output: the
 * CID it keeps, or for `status` nothing when it keeps it not. For `pin` it must end with 0.
 */
export function execPin(options: ExecOptions): Pin {
  const { target } = options;
  return {
    target,
    status: async (cid) => {
      const { code, line } = await run(options, { ZOO_ACTION: 'status', ZOO_CID: cid }, undefined);
      return { state: code === 0 && line === cid ? 'pinned' : 'absent' };
    },
    send: async (shipment, _progress, signal) => report(options, shipment, await sendBy(options, shipment, signal)),
  };
}

function sendBy(options: ExecOptions, { cid, carPath, name }: Shipment, signal: AbortSignal): Promise<Ended> {
  return run(options, { ZOO_ACTION: 'pin', ZOO_CID: cid, ZOO_CAR: carPath, ZOO_NAME: name }, signal);
}

function report({ target }: ExecOptions, { cid }: Shipment, { code, line, errors }: Ended): PinReport {
  if (code !== 0)
    throw new ZooError('pin-refused', `${target} ended with ${code ?? 'a signal'}: ${errors.slice(-300)}`, {
      hint: 'Mend the command; it is run with ZOO_ACTION, ZOO_CID, ZOO_CAR and ZOO_NAME in its environment.',
    });
  if (line === cid) return { state: 'pinned' };
  throw new ZooError('pin-root-mismatch', `${target} printed "${line.slice(0, 100)}" where ${cid} was expected`, {
    hint: 'Its last line of output has to be the CID that it keeps.',
  });
}

interface Ended {
  readonly code: number | null;
  readonly line: string;
  readonly errors: string;
}

function run(
  { command, folder, environment, target }: ExecOptions,
  added: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      cwd: folder,
      env: { ...environment, ...added },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output = `${output}${text}`.slice(-outputBytes)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = `${errors}${text}`.slice(-outputBytes)));
    child.once('error', (cause) => {
      reject(new ZooError('pin-unreachable', `${target} cannot be run: ${messageOf(cause)}`, { cause }));
    });
    child.once('close', (code) => resolve({ code, line: output.trimEnd().split('\n').at(-1)?.trim() ?? '', errors }));
  });
}
