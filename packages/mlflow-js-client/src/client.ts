import type { MlflowClient, ServerApi } from './api.ts';
import { artifactsApi } from './artifacts.ts';
import { MlflowError, notMlflow } from './errors.ts';
import { experimentsApi } from './experiments.ts';
import { modelsApi } from './models.ts';
import type { ClientOptions } from './options.ts';
import { createRest } from './rest.ts';
import { runsApi } from './runs.ts';
import { createTransport, type Transport } from './transport.ts';
import { verify } from './verify.ts';

/** A client of one server. Nothing is sent until a call is made. */
export function createClient(options: ClientOptions): MlflowClient {
  const transport = createTransport(options);
  const rest = createRest(transport);
  const runs = runsApi(rest);
  const artifacts = artifactsApi(transport, rest);
  return {
    uri: transport.uri,
    server: serverApi(transport),
    experiments: experimentsApi(rest),
    runs,
    models: modelsApi(rest),
    artifacts,
    verify: (runId, sent, verifyOptions) => verify(runs, artifacts, runId, sent, verifyOptions),
    close: transport.close,
  };
}

function serverApi(transport: Transport): ServerApi {
  return {
    healthy: async ({ signal, timeoutMs = 5000 } = {}) => {
      try {
        const answer = await transport.send({
          method: 'GET',
          path: '/health',
          signal,
          timeoutMs,
          retries: 0,
        });
        return answer.toString('utf8').trim() === 'OK';
      } catch (error) {
        if (error instanceof MlflowError) return false;
        throw error;
      }
    },
    version: async ({ signal } = {}) => {
      const version = (await transport.send({ method: 'GET', path: '/version', signal }))
        .toString('utf8')
        .trim();
      if (/^\d+\.\d+/.test(version)) return version;
      throw notMlflow(
        `GET /version: ${JSON.stringify(version.slice(0, 80))} is not a version`,
        transport.uri,
      );
    },
  };
}
