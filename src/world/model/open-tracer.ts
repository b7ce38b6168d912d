import type * as OpenTelemetry from '@opentelemetry/api';
import { ZooError } from '../../core/error.ts';
import type { Tracer } from './traced.ts';

export interface OpenTracer {
  readonly tracer: Tracer;
  /** Sends what waits; resolves when it is sent. */
  close(): Promise<void>;
}

/** The part of `@opentelemetry/sdk-node` that is used here. */
interface NodeSdk {
  start(): void;
  shutdown(): Promise<void>;
}

/**
 * A tracer of the OpenTelemetry that the user has installed. Where a provider is registered already (as with
 * `node --import`), spans go to it; otherwise `@opentelemetry/sdk-node` is started, which the OTEL_* variables configure.
 *
 * @throws ZooError `telemetry-missing` when the packages are not there
 */
export async function openTracer(version: string): Promise<OpenTracer> {
  const api = await optionalImport<typeof OpenTelemetry>('@opentelemetry/api');
  const tracer = () => api.trace.getTracer('zoo', version) as unknown as Tracer;
  if (hasProvider(api)) return { tracer: tracer(), close: async () => {} };
  const { NodeSDK } = await optionalImport<{ readonly NodeSDK: new (options: object) => NodeSdk }>(
    '@opentelemetry/sdk-node',
  );
  const sdk = new NodeSDK({ serviceName: 'zoo' });
  sdk.start();
  return { tracer: tracer(), close: () => sdk.shutdown() };
}

/** Before a provider is registered, the API's own stands in, whose delegate makes spans that go nowhere. */
function hasProvider(api: typeof OpenTelemetry): boolean {
  const provider = api.trace.getTracerProvider();
  const delegate = provider instanceof api.ProxyTracerProvider ? provider.getDelegate() : provider;
  return delegate !== new api.ProxyTracerProvider().getDelegate();
}

/** Imports a package that zoo does not bring along. The name is a variable, so that nothing resolves it beforehand. */
async function optionalImport<T>(name: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (cause) {
    throw new ZooError('telemetry-missing', `spans were asked for, and the package ${name} is not installed`, {
      cause,
      hint: 'npm install @opentelemetry/api @opentelemetry/sdk-node, or leave --telemetry (ZOO_TELEMETRY) out.',
    });
  }
}
