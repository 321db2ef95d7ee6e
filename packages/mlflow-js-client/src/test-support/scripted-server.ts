/** An HTTP server in this process that answers as a test says, and keeps what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Of the client's end of the connection. */
  readonly port: number | undefined;
  /** The body as JSON; undefined if it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or what is sent as JSON. */
  readonly body?: string | object;
  /** Instead of an answer: nothing ever, a connection that ends before it or in the middle of it. */
  readonly trouble?: 'silence' | 'hang-up' | 'half';
}

export interface ScriptedServer {
  readonly uri: string;
  readonly asked: readonly Asked[];
  readonly stop: () => Promise<void>;
}

/** @param reply Given the number of this request too, from 0. */
export async function startScripted(reply: (asked: Asked, index: number) => Reply): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void read(request).then((one) => {
      asked.push(one);
      answer(response, reply(one, asked.length - 1));
    }, ignoreHangUp);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    uri: `http://127.0.0.1:${port}`,
    asked,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client that breaks off in the middle of what it sends has asked nothing. */
function ignoreHangUp(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ECONNRESET') throw error;
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = request.headers['content-type'] === 'application/json';
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    text,
    port: request.socket.remotePort,
    json: isJson ? (JSON.parse(text) as Record<string, unknown>) : undefined,
  };
}

function answer(response: ServerResponse, { status = 200, headers = {}, body = {}, trouble }: Reply): void {
  if (trouble === 'silence') return;
  if (trouble === 'hang-up') {
    response.destroy();
    return;
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  const length = trouble === 'half' ? 1000 : Buffer.byteLength(text);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': length, ...headers });
  if (trouble === 'half') response.write(text.slice(0, 3), () => response.destroy());
  else response.end(text);
}
